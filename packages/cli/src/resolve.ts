import type { CommandEntry, CommandTable } from './command-table.ts';
import { UsageError } from './errors/cli-error.ts';

export type Resolved =
  | { kind: 'command'; entry: CommandEntry; rest: string[] }
  /** The words name a group; `path` is empty for the program itself. */
  | { kind: 'group'; path: string[]; rest: string[] };

/**
 * Finds the command that a line begins with.
 *
 * @throws {UsageError} For a word that names none, with up to three similar ones.
 */
export function resolveCommand(table: CommandTable, words: string[]): Resolved {
  const path: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word.startsWith('-')) return { kind: 'group', path, rest: words.slice(index) };
    const entry = table.commands.find((candidate) => isCalled(candidate, [...path, word]));
    if (entry) return { kind: 'command', entry, rest: words.slice(index + 1) };
    path.push(word);
    if (!(path.join(' ') in table.groups)) throw unknownCommand(table, path);
  }
  return { kind: 'group', path, rest: [] };
}

/** What stands below a group: groups first, then commands, each with its summary. */
export function membersOf(table: CommandTable, path: string[]): { name: string; summary: string }[] {
  const below = (words: string[]) =>
    words.length === path.length + 1 && path.every((word, index) => words[index] === word);
  return [
    ...table.commands
      .filter((entry) => below(entry.path))
      .map((entry) => ({
        name: [entry.path.at(-1), ...(entry.aliases ?? [])].join(', '),
        summary: entry.summary,
      })),
    ...Object.entries(table.groups)
      .filter(([words]) => below(words.split(' ')))
      .map(([words, summary]) => ({ name: words.split(' ').at(-1)!, summary })),
  ];
}

function isCalled(entry: CommandEntry, words: string[]): boolean {
  const last = words.at(-1)!;
  if (words.length !== entry.path.length) return false;
  if (!entry.path.slice(0, -1).every((word, index) => words[index] === word)) return false;
  return entry.path.at(-1) === last || (entry.aliases ?? []).includes(last);
}

function unknownCommand(table: CommandTable, path: string[]): UsageError {
  const group = path.slice(0, -1);
  const word = path.at(-1)!;
  const known = membersOf(table, group).flatMap(({ name }) => name.split(', '));
  const similar = similarNames(word, known);
  const where = ['nullspace', ...group].join(' ');
  return new UsageError(`No such command: ${[...group, word].join(' ')}.`, {
    suggestedAction: similar.length > 0 ? `Did you mean: ${similar.join(', ')}?` : `See "${where} --help".`,
  });
}

// Similarity is twice the common part over both lengths, as difflib has it.
function similarNames(word: string, names: string[]): string[] {
  return names
    .map((name) => ({ name, score: (2 * commonLength(word, name)) / (word.length + name.length) }))
    .filter(({ score }) => score >= 0.6)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ name }) => name);
}

function commonLength(a: string, b: string): number {
  let above = new Array<number>(b.length + 1).fill(0);
  for (const character of a) {
    const row = [0];
    for (let column = 1; column <= b.length; column++) {
      row.push(
        character === b[column - 1] ? above[column - 1]! + 1 : Math.max(above[column]!, row[column - 1]!),
      );
    }
    above = row;
  }
  return above[b.length]!;
}
