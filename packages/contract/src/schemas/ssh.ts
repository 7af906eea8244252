import * as z from 'zod';
import { limits } from '../limits.ts';
import { account } from './paths.ts';
import { timestamp } from './sandbox-info.ts';

export const sshAccessRequest = z.strictObject({
  public_key: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(limits.public_key_chars)
    .describe(
      'OpenSSH public key on one line: ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521, or ssh-rsa of at least 2048 bits.',
    ),
  expires_in_minutes: z
    .number()
    .int()
    .min(1)
    .max(limits.ssh_access_minutes)
    .default(limits.ssh_access_minutes_default)
    .describe('Minutes after which the access ends and its connections are cut.'),
  user: account.describe('Account inside the sandbox. Absent: that of commands which name none.'),
});
export type SshAccessRequest = z.input<typeof sshAccessRequest>;

/** What every answer about an access says. */
const facts = {
  access_id: z.string(),
  sandbox_id: z.string(),
  user: z.string().describe('Account inside the sandbox.'),
  public_key_fingerprint: z.string().describe('As ssh-keygen -l prints it: "SHA256:…".'),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: timestamp,
  expires_at: timestamp,
  revoked_at: timestamp.nullable(),
  last_used_at: timestamp.nullable().describe('When a connection was last let in.'),
};

export const sshAccess = z.object(facts);
export type SshAccess = z.infer<typeof sshAccess>;

export const newSshAccess = z.object({
  ...facts,
  host: z.string().describe('Where the relay answers.'),
  port: z.number().int(),
  host_key: z.string().describe('Public key of the relay, for a known-hosts file.'),
  certificate: z.string().describe('OpenSSH user certificate of the key, for `ssh -o CertificateFile=…`.'),
  command: z
    .string()
    .describe('Works with the private key alone: the name of the sandbox stands for the account.'),
});
export type NewSshAccess = z.infer<typeof newSshAccess>;

export const sshAccessList = z.object({ items: z.array(sshAccess) });
export const revokedSshAccess = z.object({ success: z.boolean(), access: sshAccess });
