/** Languages whose blocks are executed. */
export const languages = ['python', 'ts', 'bash'] as const;
export type Language = (typeof languages)[number];

/** A block of a page that is executed. */
export interface Snippet {
  language: Language;
  /** Unique on its page for its language. */
  name: string;
  code: string;
  /** Line of the opening fence, from 1. */
  line: number;
  /** What the block prints, when the page says so. `…` stands for any text within a line. */
  expected: string | undefined;
}

interface Block {
  info: string[];
  text: string;
  line: number;
}

/**
 * The blocks of a page that are executed, in order. Their opening fence says so:
 *
 * - `python run=NAME`, `ts run=NAME`, `bash run=NAME`: runs after those before it, in one process a language
 * - `text expect=NAME`: what each block of this name prints
 * - `python skip=REASON` (or another language): shown, not executed
 *
 * A block of a language that is executed must say one or the other, so that none is left out by mistake.
 */
export function extractSnippets(markdown: string): Snippet[] {
  const blocks = fencedBlocks(markdown);
  const expected = new Map<string, string>();
  for (const block of blocks) {
    const name = option(block, 'expect');
    if (name === undefined) continue;
    if (expected.has(name)) throw new Error(`line ${block.line}: the output of ${name} is given twice`);
    expected.set(name, block.text);
  }
  const snippets: Snippet[] = [];
  for (const block of blocks) {
    const language = languages.find((known) => known === block.info[0]);
    if (!language || option(block, 'skip') !== undefined) continue;
    const name = option(block, 'run');
    if (name === undefined) throw new Error(`line ${block.line}: a ${language} block needs run= or skip=`);
    if (snippets.some((other) => other.language === language && other.name === name)) {
      throw new Error(`line ${block.line}: there are two ${language} blocks ${name}`);
    }
    snippets.push({ language, name, code: block.text, line: block.line, expected: expected.get(name) });
  }
  for (const name of expected.keys()) {
    if (!snippets.some((snippet) => snippet.name === name)) throw new Error(`no block ${name} is executed`);
  }
  return snippets;
}

function fencedBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (open && fence) {
      blocks.push(open);
      open = undefined;
    } else if (open) {
      open.text += `${line}\n`;
    } else if (fence) {
      open = { info: fence[1]!.trim().split(/\s+/), text: '', line: index + 1 };
    }
  }
  if (open) throw new Error(`line ${open.line}: the block is not closed`);
  return blocks;
}

function option(block: Block, name: string): string | undefined {
  return block.info.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}
