/** Runs tasks one after another, in the order in which they were given. A failed task holds up none. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves with the way out when it is this caller's turn. The way out may be taken more than once. */
  enter(): Promise<() => void> {
    const entered = Promise.withResolvers<() => void>();
    void this.run(() => new Promise<void>((resolve) => entered.resolve(resolve)));
    return entered.promise;
  }

  /** Resolves when every task given so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
