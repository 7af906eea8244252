/** What waits goes to the program in one call, up to so many bytes. */
const TOGETHER_BYTES = 64 * 1024;
/** What a program that does not read may keep waiting before its client has to, and with it the client's kills. */
const WAITING_BYTES = 8 * 1024 * 1024;
/** The same once so much waits for all programs together. */
const CROWDED_BYTES = 1024 * 1024;
const ALL_WAITING_BYTES = 64 * 1024 * 1024;

/** What waits for all programs. */
let allWaiting = 0;

/** What was typed into a terminal and is not passed on yet, in its order. */
export class TypedInput {
  readonly #waiting: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #wake: (() => void)[] = [];

  /** Resolves when more may be added, or nothing is taken any more. */
  async add(data: Buffer): Promise<void> {
    if (this.#ended) return;
    this.#waiting.push(data);
    this.#count(data.length);
    this.#changed();
    const most = allWaiting > ALL_WAITING_BYTES ? CROWDED_BYTES : WAITING_BYTES;
    await this.#until(() => this.#bytes <= most);
  }

  /** Resolves when all that was added has been passed on, or after `patienceMs`. */
  async passed(patienceMs: number): Promise<void> {
    let late = false;
    const giveUp = () => {
      late = true;
      this.#changed();
    };
    const timer = setTimeout(giveUp, patienceMs);
    await this.#until(() => late || this.#bytes === 0);
    clearTimeout(timer);
  }

  /** Nothing is added any more. What waits is still passed on, unless it is to be dropped. */
  end({ drop = false } = {}): void {
    this.#ended = true;
    if (drop) {
      this.#waiting.length = 0;
      this.#count(-this.#bytes);
    }
    this.#changed();
  }

  /** Gives all of it to `write`, one call after the other, until it has ended. */
  async pass(write: (data: Buffer) => Promise<void>): Promise<void> {
    for (;;) {
      while (this.#waiting.length === 0) {
        if (this.#ended) return;
        await this.#change();
      }
      const data = this.#take();
      await write(data);
      this.#count(-Math.min(this.#bytes, data.length));
      this.#changed();
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    allWaiting += bytes;
  }

  #take(): Buffer {
    const taken: Buffer[] = [];
    for (let bytes = 0; bytes < TOGETHER_BYTES && this.#waiting.length > 0; bytes += taken.at(-1)!.length) {
      taken.push(this.#waiting.shift()!);
    }
    return Buffer.concat(taken);
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#ended) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
