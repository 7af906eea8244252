/** Tells the server what was read, so that it sends no more than a window ahead. One for each connection. */
export class ReadWindow {
  #read = 0;
  #told = 0;
  #size: number;
  #tell: (bytes: number) => void;

  /** @param size Bytes that the server was asked to keep to. */
  constructor(size: number, tell: (bytes: number) => void) {
    this.#size = size;
    this.#tell = tell;
  }

  /** Counts what has come. While the reader `isFull` the server is not told of it. */
  count(bytes: number, isFull: boolean): void {
    this.#read += bytes;
    if (!isFull && this.#read - this.#told >= this.#size / 4) this.flush();
  }

  /** There is room for more. */
  flush(): void {
    if (this.#told === this.#read) return;
    this.#told = this.#read;
    this.#tell(this.#read);
  }
}
