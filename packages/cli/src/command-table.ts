import type { CommandSpec } from './command.ts';

/** A command by its words; its file is read only when it is called. */
export interface CommandEntry {
  path: string[];
  /** One line. */
  summary: string;
  /** Other last words that mean the same. */
  aliases?: string[];
  load(): Promise<{ command: CommandSpec }>;
}

/** Every command and group. Handed to those that look at all of them, since the table leads to their files. */
export interface CommandTable {
  /** In the order of the help. */
  commands: CommandEntry[];
  /** Summaries of groups by their words, in the order of the help. */
  groups: Record<string, string>;
}
