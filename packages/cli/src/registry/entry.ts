import type { CommandEntry } from '../command-table.ts';

/** A command by its words, as one string. */
export function entry(
  words: string,
  summary: string,
  load: CommandEntry['load'],
  aliases?: string[],
): CommandEntry {
  return { path: words.split(' '), summary, load, aliases };
}
