import type { CommandTable } from './command-table.ts';
import type { Terminal } from './output/terminal.ts';

/** A positional word of a command. */
export interface ArgumentSpec {
  /** Lower case with hyphens, for example `sandbox-id`. */
  name: string;
  description: string;
  /** @default true */
  required?: boolean;
  /** Takes all words that are left. @default false */
  variadic?: boolean;
  choices?: string[];
  /** @default 'text' */
  type?: 'text' | 'integer';
  default?: string;
}

/** An option of a command. Its value is found under its name in camel case. */
export interface OptionSpec {
  /** Long flag without the hyphens, for example `memory` or `on-timeout`. */
  name: string;
  description: string;
  /** One letter that means the same, without the hyphen. */
  short?: string;
  /** "flag": takes no value. @default 'text' */
  type?: 'text' | 'integer' | 'number' | 'flag';
  /** May be given several times; the value is an array. @default false */
  multiple?: boolean;
  /** There is `--no-name` too; the default is then that of `name`. @default false */
  negatable?: boolean;
  required?: boolean;
  choices?: string[];
  minimum?: number;
  maximum?: number;
  default?: string | number | boolean;
}

/** Values of a command line, arguments and options alike, by name in camel case. */
// biome-ignore lint/suspicious/noExplicitAny: the specification of each command says what a value is.
export type Values = Record<string, any>;

/** A command as its file defines it. */
export interface CommandSpec {
  arguments?: ArgumentSpec[];
  options?: OptionSpec[];
  /** Paragraph for `--help` under the summary. */
  help?: string;
  /** Whole command lines. */
  examples: string[];
  /** What stands on stdout, for `schema`. */
  output: string;
  /**
   * Options that the command does not know go to it as words, in `rest`: "settings" for flags of the
   * configuration, "command" for a command line that is run elsewhere.
   */
  passthrough?: 'settings' | 'command';
  /** @returns The exit code when it is a number; anything else means 0. */
  run(call: Call): Promise<unknown>;
}

/** One call of a command. */
export interface Call {
  values: Values;
  /** Words and unknown options of a command with `passthrough`. */
  rest: string[];
  /** Whether `--json` stands on the line. */
  json: boolean;
  terminal: Terminal;
  /** All commands, for those that describe them. */
  table: CommandTable;
}

/** Defines a command; only there for its types. */
export function defineCommand(spec: CommandSpec): CommandSpec {
  return spec;
}
