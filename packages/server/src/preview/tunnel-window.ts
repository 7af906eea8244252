import { Waiting } from '../sockets/waiting.ts';

/** How much one side of a tunnel may still send before the other has passed on what is under way. */
export class TunnelWindow {
  readonly #most: number;
  #underWay = 0;
  readonly #waiting = new Waiting();

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when that many bytes may be sent, or `signal` aborts. One caller at a time. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    await this.#waiting.until(() => this.#underWay < this.#most, signal);
    this.#underWay += bytes;
  }

  /** Notes that bytes were passed on. A side that acknowledges more than it got gains nothing. */
  give(bytes: number): void {
    this.#underWay = Math.max(0, this.#underWay - bytes);
    this.#waiting.wake();
  }
}
