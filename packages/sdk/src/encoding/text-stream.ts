const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text, and the bytes that it stands for. */
export interface TextPiece {
  text: string;
  data: Uint8Array;
}

export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Turns the bytes of one stream into text as they come. A character that is cut waits for its rest. */
export class TextStream {
  /** Offset after the last byte that was turned into text: where to read on. */
  position: number;
  #rest: Uint8Array = new Uint8Array();

  constructor(position: number) {
    this.position = position;
  }

  /** Takes the bytes at `offset`. After a jump, as when it is read again from its position, what waited is dropped. */
  push(data: Uint8Array, offset: number): TextPiece {
    if (offset !== this.position + this.#rest.length) {
      this.#rest = new Uint8Array();
      this.position = offset;
    }
    const bytes = this.#rest.length === 0 ? data : join(this.#rest, data);
    const whole = bytes.length - cutBytes(bytes);
    this.#rest = bytes.slice(whole);
    this.position += whole;
    return toPiece(bytes.subarray(0, whole));
  }

  /** What waits for a rest that does not come, as replacement characters. */
  flush(): TextPiece {
    const rest = this.#rest;
    this.#rest = new Uint8Array();
    this.position += rest.length;
    return toPiece(rest);
  }
}

function toPiece(data: Uint8Array): TextPiece {
  return { text: decode(data), data };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Number of bytes at the end that begin a character whose other bytes are still to come. */
export function cutBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return byte <= 0xf4 && length > back ? back : 0;
  }
  return 0;
}
