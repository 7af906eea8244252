const never = new AbortController().signal;

/** Lets a few through at a time for each key; the others wait in line. */
export class KeyedGate {
  readonly #places: number;
  readonly #lines = new Map<string, { inside: number; waiting: (() => void)[] }>();

  constructor(places: number) {
    this.#places = places;
  }

  /** Does what has to wait for its turn, however long that takes. */
  async inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter(key, never);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Resolves with the function that gives the place back, to be called once or more. Rejects when `signal` aborts first.
   */
  async enter(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const line = this.#lines.get(key) ?? { inside: 0, waiting: [] };
    this.#lines.set(key, line);
    if (line.inside < this.#places) line.inside += 1;
    else await waitInLine(line.waiting, signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = line.waiting.shift();
      // The place goes straight to whoever is next.
      if (next) return next();
      line.inside -= 1;
      if (line.inside === 0) this.#lines.delete(key);
    };
  }
}

async function waitInLine(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => {
    waiting.splice(waiting.indexOf(resolve), 1);
    reject(signal.reason);
  };
  waiting.push(resolve);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
