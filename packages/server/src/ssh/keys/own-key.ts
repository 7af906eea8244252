import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { string, uint32 } from './wire.ts';

const TYPE = 'ssh-ed25519';
/** What stands before the 32 bytes of an Ed25519 key in PKCS 8. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const BLOCK_BYTES = 8;

/** An Ed25519 key of this installation: that of the relay, or of its certificate authority. */
export class OwnKey {
  readonly #seed: Buffer;
  readonly #private: KeyObject;
  readonly #public: Buffer;

  /** `secret` is 32 bytes in base64url. */
  constructor(secret: string) {
    this.#seed = Buffer.from(secret, 'base64url');
    this.#private = createPrivateKey({
      key: Buffer.concat([PKCS8_HEAD, this.#seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const { x } = createPublicKey(this.#private).export({ format: 'jwk' });
    this.#public = Buffer.from(x!, 'base64url');
  }

  /** The public key as it goes over the wire. */
  get data(): Buffer {
    return Buffer.concat([string(TYPE), string(this.#public)]);
  }

  /** The public key on one line. */
  get line(): string {
    return `${TYPE} ${this.data.toString('base64')}`;
  }

  sign(data: Uint8Array): Buffer {
    return Buffer.concat([string(TYPE), string(sign(null, data, this.#private))]);
  }

  /** The private key in OpenSSH's own form, as the SSH library reads it. */
  toOpenSsh(): string {
    // Equal numbers tell a reader that nothing was encrypted.
    const check = Buffer.alloc(8);
    const pair = [string(TYPE), string(this.#public), string(Buffer.concat([this.#seed, this.#public]))];
    const content = Buffer.concat([check, ...pair, string('')]);
    const padding = Buffer.from(
      Array.from({ length: (BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES }, (_, at) => at + 1),
    );
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0', 'latin1'),
      ...[string('none'), string('none'), string(''), uint32(1), string(this.data)],
      string(Buffer.concat([content, padding])),
    ]);
    const lines = body.toString('base64').match(/.{1,70}/g)!;
    return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
      '\n',
    );
  }
}
