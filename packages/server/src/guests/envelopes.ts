import { Code, ConnectError } from '@connectrpc/connect';
import { giveBack } from './passed-bytes.ts';

const HEADER_BYTES = 5;

/** One message of a stream as it travels. */
export interface Envelope {
  flags: number;
  data: Uint8Array;
}

/** A message as an envelope: one byte of flags, four of length, then the message. */
export function writeEnvelope(data: Uint8Array): Buffer {
  const envelope = Buffer.allocUnsafe(HEADER_BYTES + data.length);
  envelope.writeUInt8(0);
  envelope.writeUInt32BE(data.length, 1);
  envelope.set(data, HEADER_BYTES);
  return envelope;
}

/** From here on a message gets a buffer of its own, and what it came in is given back. */
const OWN_BYTES = 16 * 1024;

/**
 * Cuts what arrives into envelopes. A large message is copied once into a buffer that holds nothing else; a small one that
 * lies within one chunk is not copied. Chunks are used up.
 */
export class EnvelopeSplitter {
  readonly #maxBytes: number;
  #held: Buffer[] = [];
  #length = 0;
  #wanted = HEADER_BYTES;
  /** The large message that is coming, header included, and how much of it has come. */
  #large: Buffer | undefined;
  #filled = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {ConnectError} for a message of more than the most bytes, before it is taken. */
  *push(chunk: Buffer): Generator<Envelope, void> {
    let rest = chunk;
    // Small messages, and the begin of one that comes, lie in the chunk itself.
    let shared = false;
    while (rest.length > 0) {
      if (this.#large) {
        const taken = rest.copy(this.#large, this.#filled);
        this.#filled += taken;
        rest = rest.subarray(taken);
        if (this.#filled < this.#large.length) break;
        const message = this.#large;
        this.#large = undefined;
        yield { flags: message.readUInt8(), data: message.subarray(HEADER_BYTES) };
        continue;
      }
      this.#held.push(rest);
      this.#length += rest.length;
      if (this.#length < this.#wanted) return;
      const bytes = this.#held.length === 1 ? rest : Buffer.concat(this.#held, this.#length);
      const size = bytes.readUInt32BE(1);
      if (size > this.#maxBytes) {
        throw new ConnectError(`more than ${this.#maxBytes} bytes`, Code.ResourceExhausted);
      }
      const end = HEADER_BYTES + size;
      this.#held = [];
      this.#length = 0;
      this.#wanted = HEADER_BYTES;
      if (size >= OWN_BYTES) {
        this.#large = Buffer.allocUnsafeSlow(end);
        this.#filled = 0;
        rest = bytes;
      } else if (bytes.length < end) {
        this.#wanted = end;
        this.#held = [bytes];
        this.#length = bytes.length;
        return;
      } else {
        rest = bytes.subarray(end);
        shared = true;
        yield { flags: bytes.readUInt8(), data: bytes.subarray(HEADER_BYTES, end) };
      }
    }
    if (!shared) giveBack(chunk);
  }
}
