import { randomBytes } from 'node:crypto';
import type { OwnKey } from './own-key.ts';
import type { PublicKey } from './public-key.ts';
import { string, uint32, uint64 } from './wire.ts';

/** What the type of a certificate ends with. */
export const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com';
const USER_CERTIFICATE = 1;
const NONCE_BYTES = 32;
/** A clock of a client may be this much behind. */
const EARLIER_MS = 300_000;

/** Signs a key for a while, in the form that OpenSSH calls PROTOCOL.certkeys. Returns the certificate's data. */
export function signCertificate(
  authority: OwnKey,
  key: PublicKey,
  facts: { id: string; names: string[]; createdAt: number; expiresAt: number },
): Buffer {
  const seconds = (ms: number) => uint64(Math.floor(ms / 1000));
  const extensions = ['permit-port-forwarding', 'permit-pty'].flatMap((name) => [string(name), string('')]);
  const body = Buffer.concat([
    string(key.type + CERTIFICATE_SUFFIX),
    string(randomBytes(NONCE_BYTES)),
    key.fields,
    uint64(0),
    uint32(USER_CERTIFICATE),
    string(facts.id),
    string(Buffer.concat(facts.names.map(string))),
    seconds(facts.createdAt - EARLIER_MS),
    seconds(facts.expiresAt),
    string(''),
    string(Buffer.concat(extensions)),
    string(''),
    string(authority.data),
  ]);
  return Buffer.concat([body, string(authority.sign(body))]);
}
