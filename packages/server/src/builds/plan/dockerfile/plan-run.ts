import type { FolderMount, Instruction, SecretMount } from '../instruction.ts';
import { readMount } from './read-mount.ts';
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
  const folders: FolderMount[] = [];
  for (const { name, value = '' } of source.flags) {
    if (name === 'mount') {
      const mount = readMount(value, line);
      if ('id' in mount) secrets.push(mount);
      else folders.push(mount);
    } else if (!(name === 'network' && value === 'default') && !(name === 'security' && value === 'sandbox'))
      refuseLine(line, `RUN --${name.slice(0, 100)}${value && `=${value.slice(0, 100)}`} is not supported`);
  }
  const mounts = { secrets, ...(folders.length > 0 ? { folders } : {}) };
  const common = { kind: 'run', ...mounts, index, line } as const;
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
