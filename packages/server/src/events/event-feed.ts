import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';

/** How often the store is asked for what other processes have written. */
const POLL_MS = 1000;

type Listener = () => void;

/**
 * Wakes whoever follows the events of a tenant. It carries no events: those are read from the store by their
 * numbers, so a wake that is lost, doubled or early loses and doubles nothing.
 */
export class EventFeed {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #newest = new Map<string, number>();
  readonly #pollMs: number;
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor({ store, log, pollMs = POLL_MS }: { store: Store; log: Logger; pollMs?: number }) {
    this.#store = store;
    this.#log = log;
    this.#pollMs = pollMs;
  }

  start(): void {
    this.#stopListening = this.#store.onEvents((tenantId) => this.#wake(tenantId));
    this.#timer = setInterval(() => void this.#poll(), this.#pollMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopListening?.();
    clearInterval(this.#timer);
  }

  /** Calls back when the tenant may have new events. Returns how to stop. */
  listen(tenantId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(tenantId) ?? new Set();
    this.#listeners.set(tenantId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(tenantId) !== listeners) return;
      this.#listeners.delete(tenantId);
      this.#newest.delete(tenantId);
    };
  }

  #wake(tenantId: string): void {
    for (const listener of this.#listeners.get(tenantId) ?? []) listener();
  }

  async #poll(): Promise<void> {
    if (this.#polling || this.#listeners.size === 0) return;
    this.#polling = true;
    try {
      const ranges = await this.#store.eventRanges([...this.#listeners.keys()]);
      for (const [tenantId, { last }] of ranges) {
        if (this.#newest.get(tenantId) === last) continue;
        this.#newest.set(tenantId, last);
        this.#wake(tenantId);
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'the newest events were not read');
    } finally {
      this.#polling = false;
    }
  }
}
