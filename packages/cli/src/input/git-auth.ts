import type { GitAuth } from 'nullspace';
import type { OptionSpec, Values } from '../command.ts';
import { UsageError } from '../errors/cli-error.ts';

export const authOptions: OptionSpec[] = [
  { name: 'auth-username', description: 'Name for this one command.' },
  { name: 'auth-password', description: 'Password or token for this one command.' },
];

/** The login of a git command; both words or none. */
export function readAuth({ authUsername, authPassword }: Values): GitAuth | undefined {
  if ((authUsername === undefined) !== (authPassword === undefined))
    throw new UsageError('--auth-username and --auth-password go together.');
  return authUsername === undefined ? undefined : { username: authUsername, password: authPassword };
}
