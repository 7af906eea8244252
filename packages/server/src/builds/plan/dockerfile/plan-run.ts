import type { Instruction, SecretMount } from '../instruction.ts';
import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { readJsonWords } from './split-words.ts';

/** Writes a script that names its own interpreter into memory, and runs it. */
const runScript =
  'f=/dev/shm/.nullspace-script-$$; printf %s "$1" > "$f" && chmod 700 "$f" && "$f"; code=$?; rm -f "$f"; exit $code';

/** A RUN of any form. */
export function planRun(source: InstructionSource, index: number): Instruction {
  const { line, text, heredocs, whole } = source;
  const secrets: SecretMount[] = [];
  for (const { name, value = '' } of source.flags) {
    if (name === 'mount') secrets.push(readMount(value, line));
    else if (!(name === 'network' && value === 'default') && !(name === 'security' && value === 'sandbox'))
      refuseLine(line, `RUN --${name.slice(0, 100)}${value && `=${value.slice(0, 100)}`} is not supported`);
  }
  const common = { kind: 'run', secrets, index, line } as const;
  if (text === '') refuseLine(line, 'RUN has no command');
  const words = readJsonWords(text);
  if (words) {
    if (words.length === 0) refuseLine(line, 'RUN has no command');
    return { ...common, command: words, display: `RUN ${JSON.stringify(words)}` };
  }
  const [heredoc] = heredocs;
  const isScript = heredocs.length === 1 && /^<<-?\s*(["']?)[\w.-]+\1$/.test(text);
  if (!heredoc || !isScript) return { ...common, command: whole, display: `RUN ${text}` };
  const { content, name } = heredoc;
  const command = content.startsWith('#!') ? ['/bin/sh', '-c', runScript, 'sh', content] : content;
  return { ...common, command, display: `RUN <<${name}` };
}

const secretOptions = ['type', 'id', 'target', 'dst', 'destination', 'env', 'required', 'mode', 'uid', 'gid'];

function readMount(value: string, line: number): SecretMount {
  const options = new Map(
    value.split(',').map((part) => {
      const [key = '', ...rest] = part.split('=');
      return [key.toLowerCase(), rest.join('=')];
    }),
  );
  const type = options.get('type') ?? 'bind';
  const only = (known: string[]) => {
    const other = [...options.keys()].find((key) => !known.includes(key));
    if (other !== undefined)
      refuseLine(line, `RUN --mount=type=${type} with ${other.slice(0, 100)} is not supported`);
  };
  if (value.includes('$')) refuseLine(line, 'RUN --mount takes no variables');
  if (type !== 'secret')
    refuseLine(line, `RUN --mount=type=${type.slice(0, 100)} is not supported; type=secret is`);
  only(secretOptions);
  // Who may read it is decided by the account of the step.
  const fixed = ['mode', 'uid', 'gid'].find((key) => options.has(key));
  if (fixed)
    refuseLine(
      line,
      `RUN --mount=type=secret with ${fixed} is not supported: the account of the step can read it`,
    );
  const env = options.get('env') ?? '';
  const target = options.get('target') ?? options.get('dst') ?? options.get('destination');
  const id =
    options.get('id') || target?.split('/').at(-1) || refuseLine(line, 'RUN --mount=type=secret needs an id');
  const required = options.get('required');
  return {
    id,
    env,
    target: target ?? (env === '' ? `/run/secrets/${id}` : ''),
    required: required === 'true' || required === '' || required === '1',
  };
}
