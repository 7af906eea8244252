import { Code, ConnectError } from '@connectrpc/connect';

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

/** Cuts what arrives into envelopes. A message that lies within one chunk is not copied, another once. */
export class EnvelopeSplitter {
  readonly #maxBytes: number;
  #held: Buffer[] = [];
  #length = 0;
  #wanted = HEADER_BYTES;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {ConnectError} for a message of more than the most bytes, before it is taken. */
  *push(chunk: Buffer): Generator<Envelope, void> {
    this.#held.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#wanted) {
      const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held, this.#length);
      const size = bytes.readUInt32BE(1);
      if (size > this.#maxBytes) {
        throw new ConnectError(`more than ${this.#maxBytes} bytes`, Code.ResourceExhausted);
      }
      const end = HEADER_BYTES + size;
      this.#wanted = end;
      if (bytes.length < end) {
        this.#held = [bytes];
        return;
      }
      const rest = bytes.subarray(end);
      this.#held = rest.length === 0 ? [] : [rest];
      this.#length = rest.length;
      this.#wanted = HEADER_BYTES;
      yield { flags: bytes.readUInt8(), data: bytes.subarray(HEADER_BYTES, end) };
    }
  }
}
