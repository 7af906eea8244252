import type { JSONInstruction } from 'dockerfile-ast';
import type { Instruction } from '../instruction.ts';
import type { Flag, Heredoc } from './instruction-types.ts';
import { readFlags } from './read-flags.ts';
import { refuseLine } from './refuse-line.ts';

export type Copy = JSONInstruction & { getFlags(): Flag[]; getHeredocs?(): Heredoc[] };

/** A COPY or an ADD of files. */
export function planCopy(
  copy: Copy,
  options: { line: number; index: number; isAdd: boolean; stageOf: (name: string) => string },
): Instruction {
  const { line, index, isAdd, stageOf } = options;
  const word = isAdd ? 'ADD' : 'COPY';
  if ((copy.getHeredocs?.() ?? []).length > 0)
    refuseLine(line, `${word} of a heredoc is not supported; use RUN`);
  const flags = readFlags(
    copy.getFlags(),
    isAdd ? ['chown', 'chmod'] : ['chown', 'chmod', 'from', 'link'],
    line,
  );
  const strings = copy.getJSONStrings();
  const words =
    strings.length > 0
      ? strings.map((string) => string.getJSONValue())
      : copy.getArguments().map((argument) => argument.getValue());
  const dst = words.pop();
  if (dst === undefined || words.length === 0)
    return refuseLine(line, `${word} needs a source and a destination`);
  if (isAdd) for (const source of words) requireFile(source, line);
  const mode = flags.get('chmod');
  if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode))
    refuseLine(line, '--chmod takes three or four octal digits');
  const from = flags.get('from');
  if (from !== undefined && mode !== undefined)
    refuseLine(line, '--chmod together with --from is not supported');
  return {
    kind: 'copy',
    sources: words,
    dst,
    ...(from === undefined ? {} : { from: stageOf(from) }),
    ...(flags.has('chown') ? { owner: flags.get('chown')! } : {}),
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
    globs: true,
    display: `${word} ${words.join(' ')} ${dst}`,
    index,
    line,
  };
}

function requireFile(source: string, line: number): void {
  if (/^(https?:|git@|git:|ssh:)/.test(source))
    refuseLine(line, 'ADD of a URL is not supported; fetch it with RUN');
  if (/\.(tar|tgz|tbz2?|txz|tar\.\w+)$/.test(source)) {
    refuseLine(line, 'ADD does not unpack archives; COPY it and unpack it with RUN');
  }
}
