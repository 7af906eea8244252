import { shuttingDown } from '../shutting-down.ts';

/** What a work tells those who wait for it. */
export interface Progress {
  phase: string;
  message: string;
  doneBytes: number;
  totalBytes: number;
}

interface Work {
  promise: Promise<unknown>;
  abort: AbortController;
  listeners: Set<(progress: Progress) => void>;
}

/** Does equal works once: who asks for one that is under way waits for it. It ends early when nobody waits any longer. */
export class SharedWorks {
  readonly #works = new Map<string, Work>();
  readonly #all = new Set<Promise<unknown>>();

  /** Works under way, those included that are ending. */
  get size(): number {
    return this.#all.size;
  }

  /** The outcome of the work with this key, which is started unless it is under way. */
  async join<T>(
    key: string,
    start: (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<T>,
    options: { signal: AbortSignal; tell: (progress: Progress) => void },
  ): Promise<T> {
    const { signal, tell } = options;
    signal.throwIfAborted();
    const work = this.#works.get(key) ?? this.#begin(key, start);
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    // Of its own, so that one who listens twice leaves once.
    const listener = (progress: Progress) => tell(progress);
    work.listeners.add(listener);
    try {
      return (await Promise.race([work.promise, gone.promise])) as T;
    } finally {
      signal.removeEventListener('abort', leave);
      work.listeners.delete(listener);
      if (work.listeners.size === 0) {
        // Another who comes now starts afresh.
        if (this.#works.get(key) === work) this.#works.delete(key);
        work.abort.abort(signal.reason);
      }
    }
  }

  #begin<T>(
    key: string,
    start: (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<T>,
  ): Work {
    const abort = new AbortController();
    const listeners: Work['listeners'] = new Set();
    const promise = start(abort.signal, (progress) => {
      for (const tell of listeners) tell(progress);
    });
    const work: Work = { promise, abort, listeners };
    this.#works.set(key, work);
    this.#all.add(promise);
    const forget = () => {
      this.#all.delete(promise);
      if (this.#works.get(key) === work) this.#works.delete(key);
    };
    promise.then(forget, forget);
    return work;
  }

  /** Ends every work and resolves when nothing of them is left. */
  async endAll(): Promise<void> {
    for (const { abort } of this.#works.values()) abort.abort(shuttingDown());
    await Promise.allSettled(this.#all);
  }
}
