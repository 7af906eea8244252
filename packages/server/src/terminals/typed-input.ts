import { countPassed, giveBack } from '../guests/passed-bytes.ts';
import { SpilledInput } from './spilled-input.ts';

/** What waits goes to the program in one call, up to so many bytes. */
const TOGETHER_BYTES = 64 * 1024;
/** What may wait in memory for a program that does not read. */
const WAITING_BYTES = 2 * 1024 * 1024;
/** The same once so much waits for all programs together. */
const CROWDED_BYTES = 256 * 1024;
const ALL_WAITING_BYTES = 64 * 1024 * 1024;
/** How long a client waits for a program before the rest goes to disk: a kill may be behind it. */
const SPILL_MS = 250;
/** What may wait on disk before the client has to, and with it its kills. */
const SPILLED_BYTES = 64 * 1024 * 1024;
/** The same of all programs together. */
const ALL_SPILLED_BYTES = 1024 * 1024 * 1024;

/** What waits for all programs. */
let allWaiting = 0;
/** What the files of all that waits on disk take. */
let allSpilled = 0;

/** What was typed into a terminal and is not passed on yet, in its order: first what is in memory, then what is on disk. */
export class TypedInput {
  readonly #waiting: Buffer[] = [];
  readonly #spilled = new SpilledInput();
  /** Of what waits in memory, and of what is being passed on. */
  #bytes = 0;
  #fileBytes = 0;
  /** Calls that have not found room yet. What they bring came before the end. */
  #adding = 0;
  #ended = false;
  #dropped = false;
  #wake: (() => void)[] = [];

  /** Resolves when more may be added, or nothing is taken any more. */
  async add(data: Buffer): Promise<void> {
    if (this.#ended) return;
    this.#adding += 1;
    try {
      await this.#keep(data);
    } finally {
      this.#adding -= 1;
      this.#changed();
    }
  }

  /** Resolves when all that was added has been passed on, or after `patienceMs`. */
  passed(patienceMs: number): Promise<void> {
    return this.#within(patienceMs, () => this.#adding + this.#bytes === 0 && this.#spilled.length === 0);
  }

  /** Nothing is added any more. What waits is still passed on, unless it is to be dropped. */
  end({ drop = false } = {}): void {
    this.#ended = true;
    if (drop) {
      this.#dropped = true;
      this.#waiting.length = 0;
      this.#count(-this.#bytes);
      void this.#close();
    }
    this.#changed();
  }

  /** Gives all of it to `write`, one call after the other, until it has ended. */
  async pass(write: (data: Buffer) => Promise<void>): Promise<void> {
    try {
      for (;;) {
        while (this.#waiting.length === 0 && this.#spilled.length === 0) {
          if (this.#ended && this.#adding === 0) return;
          await this.#change();
        }
        const data = await this.#take();
        await write(data);
        this.#count(-Math.min(this.#bytes, data.length));
        this.#changed();
      }
    } finally {
      await this.#close();
    }
  }

  async #keep(data: Buffer): Promise<void> {
    const hasRoom = () => this.#bytes <= (allWaiting > ALL_WAITING_BYTES ? CROWDED_BYTES : WAITING_BYTES);
    if (this.#spilled.length === 0) await this.#within(SPILL_MS, hasRoom);
    // What comes later stays behind what is on disk.
    if (this.#spilled.length > 0 || !hasRoom()) {
      if (await this.#spill(data)) return;
      await this.#until(() => this.#spilled.length === 0 && hasRoom());
    }
    if (this.#dropped) return;
    this.#waiting.push(data);
    this.#count(data.length);
  }

  /** Keeps it on disk; false when there is no room, also because the disk is full. */
  async #spill(data: Buffer): Promise<boolean> {
    if (this.#dropped) return true;
    const size = data.length;
    const hasRoom = this.#spilled.fileBytes < SPILLED_BYTES && allSpilled < ALL_SPILLED_BYTES;
    const kept =
      hasRoom &&
      (await this.#spilled.add(data).then(
        () => true,
        () => false,
      ));
    // A flood would leave its memory to be collected some time later.
    if (kept) giveBack(data);
    // Its text and the frame around it are dropped as well.
    countPassed(2 * size);
    this.#recount();
    this.#changed();
    return kept;
  }

  async #take(): Promise<Buffer> {
    if (this.#waiting.length === 0) {
      const data = await this.#spilled.take(TOGETHER_BYTES);
      this.#count(data.length);
      this.#recount();
      return data;
    }
    const taken: Buffer[] = [];
    for (let bytes = 0; bytes < TOGETHER_BYTES && this.#waiting.length > 0; bytes += taken.at(-1)!.length) {
      taken.push(this.#waiting.shift()!);
    }
    return Buffer.concat(taken);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    allWaiting += bytes;
  }

  #recount(): void {
    allSpilled += this.#spilled.fileBytes - this.#fileBytes;
    this.#fileBytes = this.#spilled.fileBytes;
  }

  async #close(): Promise<void> {
    const closing = this.#spilled.close();
    this.#recount();
    await closing;
  }

  async #within(patienceMs: number, holds: () => boolean): Promise<void> {
    if (holds()) return;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#changed();
    }, patienceMs);
    await this.#until(() => late || holds());
    clearTimeout(timer);
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
