/** How much one side of a tunnel may still send before the other has passed on what is under way. */
export class TunnelWindow {
  readonly #most: number;
  #underWay = 0;
  #wake: () => void = () => undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when that many bytes may be sent, or `signal` aborts. One caller at a time. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const stop = () => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    while (this.#underWay >= this.#most && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    signal.removeEventListener('abort', stop);
    this.#underWay += bytes;
  }

  /** Notes that bytes were passed on. A side that acknowledges more than it got gains nothing. */
  give(bytes: number): void {
    this.#underWay = Math.max(0, this.#underWay - bytes);
    this.#wake();
  }
}
