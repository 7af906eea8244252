/** Bytes that wait for a slow reader before no more is taken. */
const fullBytes = 1024 * 1024;

/** Output between a connection and whoever reads it. Without a reader it is kept up to a bound. */
export class OutputQueue {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #over = false;
  #wake: () => void = () => {};
  #onRoom: () => void;

  /** @param onRoom Called when a full queue was read until it is full no more. */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    return this.#bytes >= fullBytes;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake();
  }

  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** The next piece; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        const wasFull = this.isFull;
        this.#bytes -= chunk.length;
        if (wasFull && !this.isFull) this.#onRoom();
        return chunk;
      }
      if (this.#over) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
