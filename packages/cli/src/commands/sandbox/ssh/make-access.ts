import type { NewSshAccess } from 'nullspace';
import type { OptionSpec, Values } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { readLiteral } from '../../../input/literal.ts';
import { keepAccess, readIdentity, type SshIdentity } from '../../../input/ssh-identity.ts';
import { timestamp } from '../../../output/records/sandbox.ts';
import { jsonOption } from '../parameters.ts';
import { openAsIs } from '../preview/open.ts';

export const accessOptions: OptionSpec[] = [
  { name: 'user', description: "Account inside the sandbox. The template's without it." },
  { name: 'ttl', description: 'Lifetime, as 30, 30m or 2h. An hour without it.' },
  { name: 'public-key', description: 'Key text, - for stdin, @path for a file.' },
  { name: 'identity-file', description: 'Private key to use, in place of one that is made.' },
  { name: 'print-command', type: 'flag', description: 'Print the ssh command, and start nothing.' },
  jsonOption,
];

/** An access and the key that it is for; without `identity` the caller holds the key elsewhere. */
export interface MadeAccess {
  access: NewSshAccess;
  identity: SshIdentity | undefined;
}

/** Makes the access that a line asks for, and keeps its certificate. */
export async function makeAccess(values: Values): Promise<MadeAccess> {
  const given = values.publicKey === undefined ? undefined : await readLiteral(values.publicKey);
  const identity = given === undefined || values.identityFile ? readIdentity(values.identityFile) : undefined;
  const expiresInMinutes = readMinutes(values.ttl);
  const sandbox = await openAsIs(values);
  const publicKey = given ?? identity!.publicKey;
  const access = await sandbox.createSshAccess({ publicKey, user: values.user, expiresInMinutes });
  if (identity) keepAccess(identity, access);
  return { access, identity };
}

/** The local command for an access; the words are the remote one. */
export function sshCommand({ access, identity }: MadeAccess, words: string[]): string[] {
  // The id of the access leads to its sandbox and account also when another one has replaced the certificate.
  const destination = ['-p', String(access.port), `${access.id}@${access.host}`];
  const quiet = words.length > 0 ? ['-T'] : [];
  if (!identity) return ['ssh', ...quiet, ...destination, ...words];
  const { identityFile, certificateFile, knownHostsFile } = identity;
  const options = {
    CertificateFile: certificateFile,
    IdentitiesOnly: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: knownHostsFile,
  };
  const written = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['ssh', ...quiet, '-i', identityFile, ...written, ...destination, ...words];
}

/** The command as a line for a shell. */
export function shellLine(words: string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`))
    .join(' ');
}

/** An access as the command line prints it in JSON. */
export function accessRecord(made: MadeAccess): Record<string, unknown> {
  const { access, identity } = made;
  return {
    host: access.host,
    port: access.port,
    user: access.user,
    sandbox_id: access.sandboxId,
    access_id: access.id,
    expires_at: timestamp(access.expiresAt),
    certificate: access.certificate,
    host_key: access.hostKey,
    identity_file: identity?.identityFile ?? null,
    certificate_file: identity?.certificateFile ?? null,
    known_hosts_file: identity?.knownHostsFile ?? null,
    command: shellLine(sshCommand(made, [])),
  };
}

/** Minutes; seconds are rounded up to them. */
function readMinutes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,6})([smh]?)$/.exec(text.trim().toLowerCase());
  const count = Number(match?.[1] ?? 0);
  if (!match || count === 0)
    throw new UsageError(`--ttl must be a time such as 30, 30m or 2h; it is ${JSON.stringify(text)}`);
  if (match[2] === 's') return Math.ceil(count / 60);
  return match[2] === 'h' ? count * 60 : count;
}
