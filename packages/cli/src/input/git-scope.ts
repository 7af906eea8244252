import type { GitConfigOptions } from 'nullspace';
import type { OptionSpec, Values } from '../command.ts';
import { UsageError } from '../errors/cli-error.ts';

export const scopeOptions: OptionSpec[] = [
  { name: 'scope', choices: ['global', 'local'], default: 'global', description: 'Where the setting lies.' },
  { name: 'path', description: 'Repository, for --scope local.' },
];

export function readScope({ scope, path }: Values): GitConfigOptions {
  if (scope === 'local' && path === undefined) throw new UsageError('--scope local needs --path.');
  return { scope, path };
}
