import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, UsageError } from '../errors/cli-error.ts';

/** A private key of the caller's and the files beside it. */
export interface SshIdentity {
  identityFile: string;
  certificateFile: string;
  knownHostsFile: string;
  publicKey: string;
}

/** The key that a line names, or the command's own, which is made when it is first needed. */
export function readIdentity(named: string | undefined): SshIdentity {
  const identityFile = named ?? join(homedir(), '.nullspace/ssh/nullspace_ssh_ed25519');
  if (named !== undefined && !existsSync(named))
    throw new UsageError(`--identity-file: ${named} does not exist`);
  if (!existsSync(identityFile)) {
    mkdirSync(dirname(identityFile), { recursive: true, mode: 0o700 });
    runKeygen(['-q', '-t', 'ed25519', '-N', '', '-C', 'nullspace', '-f', identityFile]);
  }
  const publicFile = `${identityFile}.pub`;
  return {
    identityFile,
    certificateFile: `${identityFile}-cert.pub`,
    knownHostsFile: join(dirname(identityFile), 'known_hosts'),
    publicKey: existsSync(publicFile)
      ? readFileSync(publicFile, 'utf8')
      : runKeygen(['-y', '-f', identityFile]),
  };
}

/** Keeps a certificate beside its key, and the relay among the known hosts in the place of an older key of its. */
export function keepAccess(
  { certificateFile, knownHostsFile }: SshIdentity,
  { certificate, host, port, hostKey }: { certificate: string; host: string; port: number; hostKey: string },
): void {
  writeFileSync(certificateFile, `${certificate}\n`, { mode: 0o600 });
  const marker = port === 22 ? host : `[${host}]:${port}`;
  const known = existsSync(knownHostsFile) ? readFileSync(knownHostsFile, 'utf8').split('\n') : [];
  const others = known.filter((line) => line.trim() !== '' && !line.startsWith(`${marker} `));
  writeFileSync(knownHostsFile, [...others, `${marker} ${hostKey}`, ''].join('\n'), { mode: 0o600 });
  chmodSync(certificateFile, 0o600);
}

function runKeygen(args: string[]): string {
  try {
    return execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missingOpenSsh('ssh-keygen', error);
    const { stderr } = error as { stderr?: string };
    throw new CliError(`ssh-keygen failed: ${stderr?.trim() || (error as Error).message}`, { cause: error });
  }
}

export function missingOpenSsh(program: string, cause: unknown): CliError {
  return new CliError(`The program ${program} is not on this machine.`, {
    suggestedAction: 'Install the OpenSSH client (Debian: apt-get install openssh-client), and try again.',
    cause,
  });
}
