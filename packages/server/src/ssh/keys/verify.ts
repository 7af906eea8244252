import { type KeyObject, verify } from 'node:crypto';
import type { PublicKey } from './public-key.ts';
import { WireReader } from './wire.ts';

/** A signature as the SSH library hands it over. */
export interface Proof {
  /** Of the key; the library calls every kind of RSA "ssh-rsa". */
  algorithm: string;
  /** With RSA: sha256 or sha512. */
  hash: string | undefined;
  signature: Buffer;
  /** What was signed. */
  signed: Buffer;
}

const hashes: Record<string, string> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
};

/** Whether the holder of a key has signed. The library has opened the signatures of plain keys only. */
export function provesKey(key: PublicKey, proof: Proof, certified: boolean): boolean {
  try {
    return certified ? provesCertified(key, proof) : provesPlain(key, proof);
  } catch {
    return false;
  }
}

function provesPlain({ type, object }: PublicKey, { algorithm, hash, signature, signed }: Proof): boolean {
  if (algorithm !== type) return false;
  if (type === 'ssh-ed25519') return verify(null, signed, object, signature);
  // SHA-1 is not taken.
  if (type === 'ssh-rsa') return hash !== undefined && verify(hash, signed, object, signature);
  return verify(hashes[type], signed, object, signature);
}

function provesCertified({ type, object }: PublicKey, { signature, signed }: Proof): boolean {
  const reader = new WireReader(signature);
  const name = reader.string()?.toString('latin1') ?? '';
  const value = reader.string();
  if (!value || reader.rest.length > 0) return false;
  if (type === 'ssh-ed25519') return name === type && verify(null, signed, object, value);
  if (type === 'ssh-rsa') return name.startsWith('rsa-sha2-') && verify(hashes[name], signed, object, value);
  return (
    name === type &&
    verify(hashes[type], signed, { key: object, dsaEncoding: 'ieee-p1363' }, joined(value, object))
  );
}

/** The two numbers of an ECDSA signature at the length of the curve, one behind the other. */
function joined(value: Buffer, { asymmetricKeyDetails }: KeyObject): Buffer {
  const bytes = { prime256v1: 32, secp384r1: 48, secp521r1: 66 }[asymmetricKeyDetails?.namedCurve ?? ''] ?? 0;
  const reader = new WireReader(value);
  return Buffer.concat([reader.string()!, reader.string()!].map((number) => atLength(number, bytes)));
}

function atLength(number: Buffer, bytes: number): Buffer {
  const digits = number.subarray(number[0] === 0 ? 1 : 0);
  if (digits.length > bytes) throw new Error('a number that is longer than the curve');
  return Buffer.concat([Buffer.alloc(bytes - digits.length), digits]);
}
