import { StringDecoder } from 'node:string_decoder';

/** A longer line is cut into several. */
const MOST_CHARS = 8192;

/** Cuts the output of a command into lines. */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(data: Uint8Array): void {
    this.#take(this.#decoder.write(data as Buffer));
  }

  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== '') this.#tell(this.#rest);
    this.#rest = '';
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#tell(line);
    while (this.#rest.length > MOST_CHARS) {
      this.#onLine(this.#rest.slice(0, MOST_CHARS));
      this.#rest = this.#rest.slice(MOST_CHARS);
    }
  }

  // Of a progress bar the last state is what a terminal would show.
  #tell(line: string): void {
    const shown = line.replace(/\r$/, '').split('\r').at(-1)!;
    for (let at = 0; at === 0 || at < shown.length; at += MOST_CHARS) {
      this.#onLine(shown.slice(at, at + MOST_CHARS));
    }
  }
}
