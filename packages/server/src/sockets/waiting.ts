/** Waits for something that another call brings about. One caller at a time. */
export class Waiting {
  #wake: () => void = () => undefined;

  /** Resolves when `isMet` holds, looked at now and at each `wake`, or `signal` aborts. */
  async until(isMet: () => boolean, signal: AbortSignal): Promise<void> {
    if (isMet()) return;
    const stop = () => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    while (!isMet() && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    signal.removeEventListener('abort', stop);
  }

  wake(): void {
    this.#wake();
  }
}
