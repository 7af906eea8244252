/** Wakes those who follow something, by its id. It carries nothing: whoever is woken looks for itself. */
export class Bell {
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  ring(id: string): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    for (const wake of waiting ?? []) wake();
  }

  /**
   * Begins to listen at once. `heard` resolves after the next ring, after `patienceMs`, or when `signal` aborts, whatever
   * comes first.
   */
  listen(
    id: string,
    { patienceMs, signal }: { patienceMs: number; signal: AbortSignal },
  ): { heard: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#closed || signal.aborted) resolve();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const timer = setTimeout(resolve, patienceMs);
    signal.addEventListener('abort', () => resolve(), { once: true });
    const heard = promise.then(() => {
      clearTimeout(timer);
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    });
    return { heard };
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#waiting.keys()]) this.ring(id);
  }
}
