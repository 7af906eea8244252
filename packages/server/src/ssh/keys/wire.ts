/** Values as SSH writes them (RFC 4251). */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Text or bytes behind their length. */
export function string(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** Reads strings one after the other. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next string; undefined when the bytes do not hold one. */
  string(): Buffer | undefined {
    if (this.#bytes.length - this.#at < 4) return undefined;
    const length = this.#bytes.readUInt32BE(this.#at);
    const begin = this.#at + 4;
    if (length > this.#bytes.length - begin) return undefined;
    this.#at = begin + length;
    return this.#bytes.subarray(begin, this.#at);
  }

  /** What follows what was read. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }
}
