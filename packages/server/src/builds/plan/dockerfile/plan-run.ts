import type { JSONInstruction } from 'dockerfile-ast';
import type { Instruction, SecretMount } from '../instruction.ts';
import type { Flag, Heredoc } from './instruction-types.ts';
import { refuseLine } from './refuse-line.ts';

export type Run = JSONInstruction & { getHeredocs(): Heredoc[]; getFlags(): Flag[] };

/** A RUN of either form. `contentOf` reads the text of a heredoc. */
export function planRun(
  run: Run,
  {
    line,
    index,
    contentOf,
    lines,
  }: { line: number; index: number; contentOf: (heredoc: Heredoc) => string; lines: string[] },
): Instruction {
  const secrets = run.getFlags().map((flag) => readMount(flag, line));
  const strings = run.getJSONStrings();
  const common = { kind: 'run', secrets, index, line } as const;
  if (run.getOpeningBracket() && strings.length > 0) {
    const command = strings.map((string) => string.getJSONValue());
    return { ...common, command, display: `RUN ${JSON.stringify(command)}` };
  }
  const heredocs = run.getHeredocs();
  if (heredocs.length === 0) {
    const text = commandOf(run, lines);
    if (text === '') refuseLine(line, 'RUN has no command');
    return { ...common, command: text, display: `RUN ${text}` };
  }
  const [heredoc] = heredocs;
  const isWhole = heredocs.length === 1 && /^\s*RUN\s+<<-?(["']?)\w+\1\s*$/i.test(lines[line - 1] ?? '');
  if (!isWhole) refuseLine(line, 'a heredoc beside a command is not supported; write it into a file first');
  return { ...common, command: contentOf(heredoc!), display: `RUN <<${heredoc!.getName()}` };
}

/** What is run: the text after the flags, lines that go on joined and comments between them left out. */
function commandOf(run: Run, lines: string[]): string {
  const { start, end } = run.getRange();
  const [first = '', ...more] = lines.slice(start.line, end.line + 1);
  const kept = [first, ...more.filter((line) => !/^\s*#/.test(line) && line.trim() !== '')];
  const joined = kept.map((line) => line.replace(/\\[ \t]*$/, '')).join('');
  let text = joined.trim().replace(/^\w+\s*/, '');
  for (const flag of run.getFlags()) text = text.replace(flag.toString(), '').trim();
  return text.trim();
}

function readMount(flag: Flag, line: number): SecretMount {
  if (flag.getName() !== 'mount') refuseLine(line, `RUN --${flag.getName()} is not supported`);
  const options = new Map(
    (flag.getValue() ?? '').split(',').map((part) => {
      const [key = '', ...value] = part.split('=');
      return [key, value.join('=')];
    }),
  );
  if (options.get('type') !== 'secret') refuseLine(line, 'RUN --mount takes type=secret alone');
  const id = options.get('id') || refuseLine(line, 'RUN --mount=type=secret needs an id');
  const env = options.get('env') ?? '';
  const target = options.get('target') ?? options.get('dst') ?? (env === '' ? `/run/secrets/${id}` : '');
  return { id, env, target, required: options.get('required') === 'true' || options.get('required') === '' };
}
