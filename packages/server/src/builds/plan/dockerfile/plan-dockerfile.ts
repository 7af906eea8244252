import { createRequire } from 'node:module';
import type { Cmd, Env, From, JSONInstruction, Label } from 'dockerfile-ast';
import type { Instruction, Stage } from '../instruction.ts';
import { expandInstruction } from './expand-instruction.ts';
import { expandWord } from './expand-word.ts';
import type { Heredoc, Property } from './instruction-types.ts';
import { type Copy, planCopy } from './plan-copy.ts';
import { planRun, type Run } from './plan-run.ts';
import { refuseLine } from './refuse-line.ts';

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
  const globals: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  if (/^#\s*escape\s*=\s*[^\\\s]/im.test(lines[0] ?? ''))
    refuseLine(1, 'another escape character is not supported');
  const contentOf = (heredoc: Heredoc) => {
    const range = heredoc.getContentRange();
    return range ? lines.slice(range.start.line, range.end.line + 1).join('\n') : '';
  };
  for (const [index, each] of loadParser().parse(text).getInstructions().entries()) {
    const line = each.getRange().start.line + 1;
    const keyword = each.getKeyword();
    const words = each.getArguments().map((argument) => argument.getValue());
    const place = { line, index };
    const current = stages.at(-1);
    if (keyword === 'FROM') {
      stages.push(planFrom(each as From, { stages, globals, line }));
    } else if (keyword === 'ARG') {
      const declared = readProperties((each as Env).getProperties());
      if (!current) Object.assign(globals, expandAll(declared, globals));
      else
        current.instructions.push({
          kind: 'arg',
          variables: withGlobals(declared, globals),
          display: 'ARG',
          ...place,
        });
    } else if (!current) {
      refuseLine(line, `${keyword} stands before the first FROM`);
    } else if (keyword === 'RUN') {
      current.instructions.push(planRun(each as unknown as Run, { ...place, contentOf, lines }));
    } else if (keyword === 'COPY' || keyword === 'ADD') {
      const stageOf = (name: string) => stageNamed(name, stages.slice(0, -1));
      current.instructions.push(
        planCopy(each as unknown as Copy, { ...place, isAdd: keyword === 'ADD', stageOf }),
      );
    } else {
      current.instructions.push(planSetting(each as never, { keyword, words, ...place }));
    }
  }
  if (stages.length === 0) refuseLine(1, 'there is no FROM');
  return stages;
}

function planFrom(
  from: From,
  { stages, globals, line }: { stages: Stage[]; globals: Record<string, string>; line: number },
): Stage {
  if (from.getPlatformFlag())
    refuseLine(line, 'FROM --platform is not supported: builds run on the platform of the host');
  const image = expandWord(from.getImage() ?? '', globals);
  if (image === '') refuseLine(line, 'FROM has no image');
  if (image === 'scratch') refuseLine(line, 'a build cannot begin from scratch: its steps need a shell');
  const known = stages.findIndex(({ name }) => name === image.toLowerCase());
  const name = from.getBuildStage()?.toLowerCase();
  return { base: known >= 0 ? known : image, name, instructions: [], expand: expandInstruction };
}

/** A stage by its name or number, written as its number; any other text is an image. */
function stageNamed(name: string, stages: Stage[]): string {
  const at = stages.findIndex((stage) => stage.name === name.toLowerCase());
  return at >= 0 ? String(at) : name;
}

function planSetting(
  each: Env & Label & Cmd & JSONInstruction,
  { keyword, words, line, index }: { keyword: string; words: string[]; line: number; index: number },
): Instruction {
  const common = { line, index, display: `${keyword} ${words.join(' ')}` };
  const [word] = words;
  switch (keyword) {
    case 'ENV':
      return { ...common, kind: 'env', variables: readProperties(each.getProperties()) };
    case 'WORKDIR':
      return { ...common, kind: 'workdir', path: word ?? refuseLine(line, 'WORKDIR needs a path') };
    case 'USER':
      return {
        ...common,
        kind: 'user',
        user: (word ?? refuseLine(line, 'USER needs an account')).split(':')[0]!,
      };
    case 'SHELL': {
      const argv = each.getJSONStrings().map((string) => string.getJSONValue());
      if (argv.length === 0) refuseLine(line, 'SHELL needs a JSON array');
      return { ...common, kind: 'shell', argv };
    }
    case 'LABEL':
      return { ...common, kind: 'metadata', metadata: { labels: readProperties(each.getProperties()) } };
    case 'EXPOSE': {
      const exposed_ports = words.map((port) => (port.includes('/') ? port : `${port}/tcp`));
      return { ...common, kind: 'metadata', metadata: { exposed_ports } };
    }
    case 'VOLUME': {
      const strings = each.getJSONStrings().map((string) => string.getJSONValue());
      return { ...common, kind: 'metadata', metadata: { volumes: strings.length > 0 ? strings : words } };
    }
    case 'CMD':
    case 'ENTRYPOINT': {
      // What a container would run is told, and started only when it is given as the start command.
      // In single quotes, so that nothing of it is expanded.
      const said = `'${(each.getArgumentsContent() ?? '').replaceAll("'", "'\\''")}'`;
      const labels = { [`nullspace.${keyword.toLowerCase()}`]: said };
      return { ...common, kind: 'metadata', metadata: { labels } };
    }
    default:
      return refuseLine(line, `${keyword} is not supported`);
  }
}

/** Values as they are written; they are expanded when those before them are known. */
function readProperties(properties: Property[]): Record<string, string> {
  return Object.fromEntries(
    properties.map((property) => [property.getName(), property.getUnescapedValue() ?? UNSET]),
  );
}

/** Marks an ARG without a value, which nothing else can be written as. */
const UNSET = '\0';

function withGlobals(
  declared: Record<string, string>,
  globals: Record<string, string>,
): Record<string, string> {
  const known = Object.entries(declared).map(([name, value]) => [
    name,
    value === UNSET ? globals[name] : value,
  ]);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

function expandAll(
  values: Record<string, string>,
  variables: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === UNSET ? [] : [[name, expandWord(value, variables)]],
    ),
  );
}
