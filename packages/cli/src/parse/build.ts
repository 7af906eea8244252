import { Argument, Command, Option } from 'commander';
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { argumentLabel, readValue } from './values.ts';

/** A commander command made from a specification, for parsing and for help. */
export function buildCommand(entry: CommandEntry, spec: CommandSpec): Command {
  const command = new Command(['nullspace', ...entry.path].join(' '))
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .description([entry.summary, spec.help].filter(Boolean).join('\n\n'))
    .helpOption('--help', 'Show this text.')
    .allowExcessArguments(spec.passthrough !== undefined)
    .allowUnknownOption(spec.passthrough !== undefined)
    .addHelpText('after', ['', 'Examples:', ...spec.examples.map((line) => `  ${line}`)].join('\n'));
  for (const argument of spec.arguments ?? []) command.addArgument(buildArgument(argument));
  for (const option of optionsOf(spec)) {
    for (const built of buildOption(option)) command.addOption(built);
  }
  return command;
}

/** Options of a command, with the `--json` that every command takes. */
export function optionsOf(spec: CommandSpec): OptionSpec[] {
  const own = spec.options ?? [];
  if (own.some(({ name }) => name === 'json')) return own;
  return [...own, { name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' }];
}

function buildArgument(spec: ArgumentSpec): Argument {
  const { name, description, required = true, variadic = false } = spec;
  const shown = `${argumentLabel(name)}${variadic ? '...' : ''}`;
  const argument = new Argument(required ? `<${shown}>` : `[${shown}]`, description);
  if (spec.default !== undefined) argument.default(spec.default);
  const rule = { label: argumentLabel(name), type: spec.type, choices: spec.choices };
  return argument.argParser((text, earlier: unknown) => {
    const value = readValue(text, rule);
    return variadic ? [...((earlier as unknown[]) ?? []), value] : value;
  });
}

function buildOption(spec: OptionSpec): Option[] {
  const { name, type = 'text', multiple = false, negatable = false } = spec;
  const flag = type === 'flag';
  const flags = spec.short ? `-${spec.short}, --${name}` : `--${name}`;
  const option = new Option(flag ? flags : `${flags} <${type}>`, describe(spec));
  if (spec.default !== undefined) option.default(spec.default);
  if (spec.required) option.makeOptionMandatory();
  if (!flag) {
    const rule = { ...spec, label: `--${name}` };
    option.argParser((text, earlier: unknown) => {
      const value = readValue(text, rule);
      return multiple ? [...((earlier as unknown[]) ?? []), value] : value;
    });
  }
  return negatable ? [option, new Option(`--no-${name}`, `Not --${name}.`)] : [option];
}

function describe({ description, choices, multiple }: OptionSpec): string {
  const notes = [choices && `one of ${choices.join(', ')}`, multiple && 'may be repeated'].filter(Boolean);
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
}
