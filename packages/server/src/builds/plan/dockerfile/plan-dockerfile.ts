import { createRequire } from 'node:module';
import type { Instruction, Stage } from '../instruction.ts';
import { checkDirectives } from './check-directives.ts';
import { expandInstruction } from './expand-instruction.ts';
import { readArguments } from './name-values.ts';
import { planCopy } from './plan-copy.ts';
import { planFrom } from './plan-from.ts';
import { planRun } from './plan-run.ts';
import { planSetting } from './plan-setting.ts';
import { platformArguments } from './platform.ts';
import { type InstructionSource, readSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { stageNamed } from './stage-named.ts';

const load = createRequire(import.meta.url);

/** The library comes with the first Dockerfile: it takes memory that most servers need not have. */
const loadParser = () => (load('dockerfile-ast') as typeof import('dockerfile-ast')).DockerfileParser;

/**
 * The stages of a Dockerfile.
 *
 * @throws {BuildFailure} With the number of the line that cannot be honoured.
 */
export function planDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  const globals: Record<string, string> = { ...platformArguments };
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  checkDirectives(lines);
  for (const [index, each] of loadParser().parse(lines.join('\n')).getInstructions().entries()) {
    const source = readSource(each, lines);
    const current = stages.at(-1);
    if (source.keyword === 'FROM') stages.push(planFrom(source, { stages, globals, index }));
    else if (source.keyword === 'ARG' && !current) Object.assign(globals, readGlobals(source, globals));
    else if (!current) refuseLine(source.line, `${source.keyword} stands before the first FROM`);
    else current.instructions.push(...planInstruction(source, { stages, globals, index }));
  }
  if (stages.length === 0) refuseLine(1, 'there is no FROM');
  return stages;
}

/**
 * What an image has its children do first, in the words of a Dockerfile.
 *
 * @throws {BuildFailure}
 */
export function planTriggers(triggers: string[], place: { line: number; index: number }): Instruction[] {
  return triggers.flatMap((trigger) => {
    const lines = trigger.split(/\r?\n/);
    const [each, ...more] = loadParser().parse(trigger).getInstructions();
    if (!each || more.length > 0)
      return refuseLine(
        place.line,
        `an ONBUILD of its image is not one instruction: ${trigger.slice(0, 100)}`,
      );
    const source = { ...readSource(each, lines), line: place.line };
    if (['FROM', 'ONBUILD', 'MAINTAINER'].includes(source.keyword))
      refuseLine(place.line, `an ONBUILD of its image is ${source.keyword}, which is no instruction for one`);
    return planInstruction(source, { stages: [], globals: {}, index: place.index });
  });
}

function planInstruction(
  source: InstructionSource,
  { stages, globals, index }: { stages: Stage[]; globals: Record<string, string>; index: number },
): Instruction[] {
  const { keyword, line } = source;
  const planned = plan();
  // What no value of a variable can mend is refused before anything runs.
  for (const instruction of planned) checkSyntax(instruction);
  return planned;

  function plan(): Instruction[] {
    if (keyword === 'ARG') {
      const known = readArguments(source).map(
        ([name, value]) => [name, value ?? quoted(globals[name])] as const,
      );
      const variables = Object.fromEntries(known.filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >;
      return [{ kind: 'arg', variables, display: 'ARG', line, index }];
    }
    if (keyword === 'RUN') return [planRun(source, index)];
    if (keyword !== 'COPY' && keyword !== 'ADD') return [planSetting(source, index)];
    return planCopy(source, { index, stageOf: (name) => stageNamed(name, stages, line) });
  }
}

/** Reads it once as if every variable were set, so that only what no value can mend is refused. */
function checkSyntax(instruction: Instruction): void {
  const text = JSON.stringify(instruction);
  // What a port is shows only with the values.
  if (instruction.kind === 'metadata' && instruction.metadata.exposed_ports && text.includes('$')) return;
  const names = [...text.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].map(([name]) => name);
  expandInstruction(instruction, Object.fromEntries(names.map((name) => [name, '1'])));
}

/** A value that is known already: nothing of it is expanded again. */
function quoted(value: string | undefined): string | undefined {
  return value === undefined ? undefined : `'${value.replaceAll("'", "'\\''")}'`;
}

function readGlobals(source: InstructionSource, before: Record<string, string>): Record<string, string> {
  const declared = readArguments(source).filter(([, value]) => value !== undefined);
  const instruction = {
    kind: 'arg',
    variables: Object.fromEntries(declared) as Record<string, string>,
  } as const;
  const { line } = source;
  const expanded = expandInstruction({ ...instruction, display: 'ARG', line, index: 0 }, before);
  return expanded.kind === 'arg' ? expanded.variables : {};
}
