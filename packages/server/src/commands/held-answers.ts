import type { ServerResponse } from 'node:http';
import type { ApiError } from '../api-error.ts';
import { linkSignals } from '../guests/linked-signal.ts';
import { KeyedGate } from '../keyed-gate.ts';

/** Large answers of agents, up to 33 MiB each, that are in memory at the same moment. */
const HELD_TOGETHER = 8;
/** Those of one tenant. */
export const HELD_OF_TENANT = 4;
/** Longest wait for a place. */
const PATIENCE_MS = 60_000;

/** A place for one answer, kept from when it turns out to be large until the client has it or has gone. */
export interface Hold {
  /** Resolves when there is a place; rejects when there was none for long, when the client goes or `signal` aborts. */
  admit(signal: AbortSignal): Promise<void>;
}

/** Bounds the memory that large outputs take in this process, however many commands and clients there are. */
export class HeldAnswers {
  readonly #all: KeyedGate;
  readonly #ofTenant: KeyedGate;
  readonly #patienceMs: number;

  constructor({ together = HELD_TOGETHER, ofTenant = HELD_OF_TENANT, patienceMs = PATIENCE_MS } = {}) {
    this.#all = new KeyedGate(together);
    this.#ofTenant = new KeyedGate(ofTenant);
    this.#patienceMs = patienceMs;
  }

  /**
   * A hold that lasts until the connection of `response` is done with it.
   *
   * @param refuse What the caller is told when there was no place for long.
   */
  hold(tenantId: string, response: ServerResponse, refuse: () => ApiError): Hold {
    return {
      admit: async (signal) => {
        const gone = new AbortController();
        const leave = () => gone.abort();
        response.once('close', leave);
        if (response.closed) leave();
        const release = await this.#enter(tenantId, [signal, gone.signal], refuse);
        if (gone.signal.aborted) release();
        else response.once('close', release);
        response.removeListener('close', leave);
      },
    };
  }

  async #enter(tenantId: string, until: AbortSignal[], refuse: () => ApiError): Promise<() => void> {
    const linked = linkSignals(until);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      linked.abort();
    }, this.#patienceMs);
    try {
      // Its own line first, so that the outputs of one tenant do not stand in the way of the others'.
      const leaveTenant = await this.#ofTenant.enter(tenantId, linked.signal);
      try {
        const leaveAll = await this.#all.enter('', linked.signal);
        return () => {
          leaveAll();
          leaveTenant();
        };
      } catch (error) {
        leaveTenant();
        throw error;
      }
    } catch (error) {
      throw late ? refuse() : error;
    } finally {
      clearTimeout(timer);
      linked.release();
    }
  }
}
