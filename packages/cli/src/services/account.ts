import { execFileSync, spawnSync } from 'node:child_process';
import { CliError } from '../errors/cli-error.ts';

/** An account of this machine. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** The account of this name; undefined when there is none. */
export function findAccount(name: string): Account | undefined {
  const { stdout, status } = spawnSync('getent', ['passwd', name], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [, , uid, gid] = stdout.trim().split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** The account of this name, made as a system account that cannot log in when it is missing. */
export function ensureAccount(name: string): Account {
  const found = findAccount(name);
  if (found) return found;
  try {
    execFileSync(
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        name,
      ],
      { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } },
    );
  } catch (error) {
    throw new CliError(`The account ${name} could not be made: ${(error as Error).message}`, {
      suggestedAction: `Make it yourself (useradd --system ${name}) or name another with --service-user.`,
      cause: error,
    });
  }
  const made = findAccount(name);
  if (!made) throw new CliError(`The account ${name} was made but cannot be found.`);
  return made;
}
