import { CommanderError } from 'commander';
import type { CommandSpec, Values } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { UsageError } from '../errors/cli-error.ts';
import { buildCommand } from './build.ts';

export type ParsedLine = { kind: 'call'; values: Values; rest: string[] } | { kind: 'help'; text: string };

/**
 * Reads the words after a command's name.
 *
 * @throws {UsageError} Naming what is wrong.
 */
export function parseLine(entry: CommandEntry, spec: CommandSpec, words: string[]): ParsedLine {
  const command = buildCommand(entry, spec);
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const after = end < 0 ? [] : words.slice(end + 1);
  if (before.includes('--help')) return { kind: 'help', text: helpText(command) };
  // Without a separator commander takes words that begin with a hyphen for options; after one it takes none.
  const line = spec.passthrough ? before : [...before, ...(after.length > 0 ? ['--', ...after] : [])];
  try {
    command.parse(line, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(error, entry);
    throw error;
  }
  const values: Values = { ...command.opts() };
  for (const [index, argument] of (spec.arguments ?? []).entries()) {
    values[camelCase(argument.name)] = command.processedArgs[index];
  }
  const rest = spec.passthrough ? [...command.args.slice((spec.arguments ?? []).length), ...after] : [];
  return { kind: 'call', values, rest };
}

function helpText(command: ReturnType<typeof buildCommand>): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text.trimEnd();
}

function usageError(error: CommanderError, entry: CommandEntry): UsageError {
  const message = error.message.replace(/^error: /, '').replaceAll("'", '"');
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return new UsageError(/[.?)]$/.test(sentence) ? sentence : `${sentence}.`, {
    suggestedAction: `See "nullspace ${entry.path.join(' ')} --help".`,
    cause: error,
  });
}

const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
