import type { Heredoc, ParsedInstruction } from './instruction-types.ts';
import { refuseLine } from './refuse-line.ts';

/** An instruction as it is written. */
export interface InstructionSource {
  /** Line of its keyword. */
  line: number;
  keyword: string;
  /** Words with two dashes before everything else, without quotes taken away. */
  flags: { name: string; value: string | undefined }[];
  /** What follows them, lines that go on joined and comments between them left out. */
  text: string;
  heredocs: HeredocText[];
  /** The text with its heredocs, as a shell takes both. */
  whole: string;
}

export interface HeredocText {
  name: string;
  content: string;
  /** The name is in quotes, so that nothing in the content is filled in. */
  isQuoted: boolean;
}

/** The library tells where instructions and heredocs are; their words are read here, since it drops spaces within them. */
export function readSource(each: ParsedInstruction, lines: string[]): InstructionSource {
  const { start, end } = each.getRange();
  const line = start.line + 1;
  const found = (each as { getHeredocs?(): Heredoc[] }).getHeredocs?.() ?? [];
  const contents = found.map((heredoc) => readHeredoc(heredoc, lines, line));
  const last = found.length > 0 ? found[0]!.getContentRange()!.start.line - 1 : end.line;
  const [first = '', ...more] = lines.slice(start.line, last + 1);
  const kept = [first, ...more.filter((text) => !/^\s*#/.test(text) && text.trim() !== '')];
  const joined = kept.map((text) => text.replace(/\\[ \t]*$/, '')).join('');
  const { flags, text } = cutFlags(joined.trim().replace(/^\w+\s*/, ''));
  const body = lines.slice(
    last + 1,
    found.length > 0 ? found.at(-1)!.getDelimiterRange()!.end.line + 1 : last + 1,
  );
  const operators = [...text.matchAll(/<<-?\s*(["']?)([\w.-]+)\1/g)];
  const heredocs = contents.map((content, at) => ({
    ...content,
    content: operators[at]?.[0].startsWith('<<-') ? content.content.replace(/^\t+/gm, '') : content.content,
    isQuoted: (operators[at]?.[1] ?? '') !== '',
  }));
  const whole = body.length > 0 ? `${text}\n${body.join('\n')}\n` : text;
  return { line, keyword: each.getKeyword(), flags, text, heredocs, whole };
}

function readHeredoc(heredoc: Heredoc, lines: string[], line: number): { name: string; content: string } {
  const name = heredoc.getName();
  const range = heredoc.getContentRange();
  const delimiter = heredoc.getDelimiterRange();
  if (!range || !delimiter) return refuseLine(line, `the heredoc ${name} has no end`);
  const content = lines.slice(range.start.line, delimiter.start.line);
  return { name, content: content.map((text) => `${text}\n`).join('') };
}

function cutFlags(text: string): Pick<InstructionSource, 'flags' | 'text'> {
  const flags: InstructionSource['flags'] = [];
  let rest = text;
  for (
    let found = /^--([a-z-]*)(=\S*)?(?:\s+|$)/.exec(rest);
    found;
    found = /^--([a-z-]*)(=\S*)?(?:\s+|$)/.exec(rest)
  ) {
    rest = rest.slice(found[0].length);
    if (found[1] === '') break;
    flags.push({ name: found[1]!, value: found[2]?.slice(1).replace(/^"(.*)"$/, '$1') });
  }
  return { flags, text: rest };
}
