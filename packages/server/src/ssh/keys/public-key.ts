import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { invalidField } from '../../api-error.ts';
import { WireReader } from './wire.ts';

/** Public key of a client. */
export interface PublicKey {
  type: string;
  /** As it goes over the wire. */
  data: Buffer;
  /** The fields of its data behind the type. */
  fields: Buffer;
  object: KeyObject;
}

const LEAST_RSA_BITS = 2048;
const MOST_RSA_BITS = 16_384;
const curves: Record<string, { crv: string; bytes: number }> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', bytes: 32 },
  'ecdsa-sha2-nistp384': { crv: 'P-384', bytes: 48 },
  'ecdsa-sha2-nistp521': { crv: 'P-521', bytes: 66 },
};

/**
 * Reads a key in its one-line form; a comment behind it is ignored.
 *
 * @throws {ApiError} `invalid_request`.
 */
export function parsePublicKey(line: string): PublicKey {
  const [type = '', text = ''] = line.trim().split(/[ \t]+/);
  if (/[\r\n]/.test(line.trim())) throw wrong('must be one line');
  if (type !== 'ssh-ed25519' && type !== 'ssh-rsa' && !(type in curves))
    throw wrong('must begin with ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521 or ssh-rsa');
  const data = Buffer.from(text, 'base64');
  if (text === '' || data.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, ''))
    throw wrong('must hold the data of the key in base64 behind its type');
  const key = readKey(data);
  if (key?.type !== type) throw wrong(`does not hold the data of a key of the type ${type}`);
  return key;
}

/** SHA-256 of the data of a key or certificate, as fingerprints show it. */
export function hashKey(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('base64').replace(/=+$/, '');
}

/** A key from its data; undefined when it is none. */
function readKey(data: Buffer): PublicKey | undefined {
  const reader = new WireReader(data);
  const type = reader.string()?.toString('latin1') ?? '';
  const fields = Buffer.from(reader.rest);
  const first = reader.string();
  const second = type === 'ssh-ed25519' ? undefined : reader.string();
  if (!first || reader.rest.length > 0) return undefined;
  const jwk = toJwk(type, first, second);
  if (!jwk) return undefined;
  try {
    const object = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = object.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS))
      throw wrong(`is an RSA key of ${bits} bits; from ${LEAST_RSA_BITS} to ${MOST_RSA_BITS} are taken`);
    return { type, data, fields, object };
  } catch (error) {
    if (error instanceof Error && error.name === 'ApiError') throw error;
    return undefined;
  }
}

function toJwk(type: string, first: Buffer, second: Buffer | undefined): JsonWebKey | undefined {
  if (type === 'ssh-ed25519') return { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') };
  if (!second) return undefined;
  if (type === 'ssh-rsa') return { kty: 'RSA', e: unsigned(first), n: unsigned(second) };
  const curve = curves[type];
  if (!curve || second[0] !== 4 || second.length !== 1 + 2 * curve.bytes) return undefined;
  const [x, y] = [second.subarray(1, 1 + curve.bytes), second.subarray(1 + curve.bytes)];
  return { kty: 'EC', crv: curve.crv, x: x.toString('base64url'), y: y.toString('base64url') };
}

/** A number without the zero that keeps it positive. */
function unsigned(number: Buffer): string {
  return number.subarray(number[0] === 0 ? 1 : 0).toString('base64url');
}

function wrong(problem: string) {
  return invalidField('public_key', problem);
}
