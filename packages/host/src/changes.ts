import type { GuardKill } from './guard/guard-kill.ts';
import type { InstanceRecord } from './instance/record.ts';

interface Published {
  readonly published: InstanceRecord | undefined;
}

/** The new record of an instance, or something that happened in it. */
export type Change = { record: InstanceRecord } | { sandboxId: string; kill: GuardKill };

/** Thrown to a subscriber that fell too far behind. It subscribes again and gets everything anew. */
export class BehindError extends Error {
  constructor(limit: number) {
    super(`more than ${limit} changes were waiting for this subscriber; subscribe again`);
    this.name = 'BehindError';
  }
}

/** One reader of the changes, in their order. */
export interface Subscription extends Disposable {
  /**
   * The next change, or undefined when there was none for `waitMs` or the host is closing.
   *
   * @throws {BehindError} When too many were waiting.
   */
  next(options: { waitMs: number; signal?: AbortSignal }): Promise<Change | undefined>;
}

/** Hands every change of an instance's record to all subscribers. */
export class Changes {
  readonly #subscribers = new Set<(change: Change) => void>();
  readonly #limit: number;

  /** `limit`: changes that may wait for one subscriber. */
  constructor(options: { limit: number }) {
    this.#limit = options.limit;
  }

  publish(instance: Published): void {
    const record = instance.published;
    // A ready instance of a pool is nobody's business but the pool's.
    if (record?.sandbox_id) this.tell({ record });
  }

  tell(change: Change): void {
    for (const tell of this.#subscribers) tell(change);
  }

  subscribe(): Subscription {
    const waiting: Change[] = [];
    const limit = this.#limit;
    let behind = false;
    let wake = () => {};
    const tell = (change: Change) => {
      if (waiting.length >= limit) {
        behind = true;
        waiting.length = 0;
        this.#subscribers.delete(tell);
      } else {
        waiting.push(change);
      }
      wake();
    };
    this.#subscribers.add(tell);
    return {
      async next({ waitMs, signal }) {
        if (waiting.length === 0 && !behind && !signal?.aborted) {
          await new Promise<void>((resolve) => {
            const end = () => {
              clearTimeout(timer);
              signal?.removeEventListener('abort', end);
              wake = () => {};
              resolve();
            };
            const timer = setTimeout(end, waitMs);
            signal?.addEventListener('abort', end, { once: true });
            wake = end;
          });
        }
        if (behind) throw new BehindError(limit);
        return waiting.shift();
      },
      [Symbol.dispose]: () => {
        this.#subscribers.delete(tell);
      },
    };
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }
}
