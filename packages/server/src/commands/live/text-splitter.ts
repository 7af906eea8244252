/** Text of whole characters, and the bytes that it stands for. */
export interface TextPiece {
  text: string;
  offset: number;
  endOffset: number;
}

/** Decodes one output stream chunk by chunk; a character that is cut by the end of a chunk waits for its rest. */
export class TextSplitter {
  #rest: Uint8Array = new Uint8Array();
  #next = 0;

  /** Offset after the last byte that was turned into text: where to read on. */
  get position(): number {
    return this.#next;
  }

  /** Takes the bytes at `offset`. A jump means that bytes between were lost; a cut character before it is damaged. */
  push(data: Uint8Array, offset: number): TextPiece[] {
    const pieces = offset === this.#next + this.#rest.length ? [] : this.flush();
    if (pieces.length > 0 || this.#rest.length === 0) this.#next = offset;
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const whole = bytes.length - incompleteTail(bytes);
    this.#rest = bytes.slice(whole);
    if (whole > 0) pieces.push(this.#take(bytes.subarray(0, whole)));
    return pieces;
  }

  /** Gives out what waits for its rest, as replacement characters. */
  flush(): TextPiece[] {
    if (this.#rest.length === 0) return [];
    const rest = this.#rest;
    this.#rest = new Uint8Array();
    return [this.#take(rest)];
  }

  #take(bytes: Uint8Array): TextPiece {
    const offset = this.#next;
    this.#next += bytes.length;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    return { text, offset, endOffset: this.#next };
  }
}

/** Number of bytes at the end that begin a character whose other bytes are still to come. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return byte <= 0xf4 && length > back ? back : 0;
  }
  return 0;
}
