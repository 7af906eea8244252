import type { Instruction } from '../instruction.ts';
import { readFlags } from './read-flags.ts';
import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { readJsonWords, splitWords } from './split-words.ts';

type Place = { index: number; line: number };

/** A COPY or an ADD: of files, and of heredocs, which are files of their own. */
export function planCopy(
  source: InstructionSource,
  { index, stageOf }: { index: number; stageOf: (name: string) => string },
): Instruction[] {
  const { line, keyword, text, heredocs } = source;
  const isAdd = keyword === 'ADD';
  const flags = readFlags(source, isAdd ? ['chown', 'chmod', 'link'] : ['chown', 'chmod', 'from', 'link']);
  // A layer of its own or not: the files are the same.
  if (!['', 'true', 'false', undefined].includes(flags.get('link')))
    refuseLine(line, '--link takes true or false');
  const words = readJsonWords(text) ?? splitPlain(text);
  const dst = words.pop();
  if (dst === undefined || words.length === 0)
    return refuseLine(line, `${keyword} needs a source and a destination`);
  const mode = flags.get('chmod');
  if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode))
    refuseLine(line, '--chmod takes three or four octal digits');
  const from = flags.get('from');
  if (from === '' || from?.includes('$'))
    refuseLine(line, '--from takes the name of a stage or of an image, without variables');
  const common = {
    dst,
    ...(flags.has('chown') ? { owner: flags.get('chown')! } : {}),
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
    index,
    line,
  };
  const sources = words.filter((word) => !isHeredoc(word));
  if (sources.length + heredocs.length !== words.length)
    refuseLine(line, `${keyword} has a heredoc that cannot be read`);
  if (heredocs.length > 0 && from !== undefined) refuseLine(line, 'a heredoc has no --from');
  const written = heredocs.map((heredoc) =>
    planHeredoc(heredoc, { ...common, keyword, isOnly: words.length === 1 }),
  );
  if (sources.length === 0) return written;
  const copy: Instruction = {
    ...common,
    kind: 'copy',
    sources,
    ...(from === undefined ? {} : { from: stageOf(from) }),
    ...(isAdd ? { isAdd } : {}),
    globs: true,
    display: `${keyword} ${words.join(' ')} ${dst}`,
  };
  return [copy, ...written];
}

/** Words at every space, quotes or not; a backslash keeps a space. */
function splitPlain(text: string): string[] {
  return text.includes('"') || text.includes("'") ? splitWords(text) : (text.match(/(?:\\.|\S)+/g) ?? []);
}

function isHeredoc(word: string): boolean {
  return /^<<-?["']?[\w.-]+["']?$/.test(word);
}

function planHeredoc(
  { name, content, isQuoted }: InstructionSource['heredocs'][number],
  {
    dst,
    keyword,
    isOnly,
    ...rest
  }: Place & { dst: string; keyword: string; isOnly: boolean; owner?: string; mode?: number },
): Instruction {
  const target = isOnly && !dst.endsWith('/') ? dst : `${dst.replace(/\/$/, '')}/${name}`;
  return {
    ...rest,
    kind: 'write',
    dst: target,
    content,
    isPlain: isQuoted,
    display: `${keyword} <<${name} ${dst}`,
  };
}
