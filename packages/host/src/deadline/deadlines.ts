// A timer of Node's cannot be longer than 2^31 ms, and one that runs for days would miss that the clock was set.
const longestTimerMs = 30_000;

interface Entry {
  at: number;
  fire: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** Calls at absolute times, in milliseconds since 1970. One a key. */
export class Deadlines {
  readonly #entries = new Map<string, Entry>();

  /** Sets or moves the deadline of a key. One that has passed fires in the next turn. */
  set(key: string, at: number, fire: () => void): void {
    this.clear(key);
    const entry: Entry = { at, fire, timer: undefined };
    this.#entries.set(key, entry);
    this.#arm(key, entry);
  }

  clear(key: string): void {
    clearTimeout(this.#entries.get(key)?.timer);
    this.#entries.delete(key);
  }

  clearAll(): void {
    for (const key of [...this.#entries.keys()]) this.clear(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  #arm(key: string, entry: Entry): void {
    const left = Math.max(0, entry.at - Date.now());
    entry.timer = setTimeout(
      () => {
        if (Date.now() < entry.at) return this.#arm(key, entry);
        this.#entries.delete(key);
        entry.fire();
      },
      Math.min(left, longestTimerMs),
    );
  }
}
