import type { InstanceRecord } from '../instance/record.ts';
import { Pool } from './pool.ts';

/** Every pool of one host. */
export class Pools {
  readonly #byId = new Map<string, Pool>();
  /** The host's own, for plain creates; undefined while there is nothing that it could start. */
  system: Pool | undefined;
  /** Creates under way, by sandbox: who asks again gets the same answer. */
  readonly creates = new Map<string, Promise<InstanceRecord>>();
  /** Has the pools looked at within so many milliseconds. */
  wake: (withinMs: number) => void = () => {};

  find(poolId: string): Pool | undefined {
    return this.#byId.get(poolId);
  }

  /** The server's. */
  list(): Pool[] {
    return [...this.#byId.values()];
  }

  all(): Pool[] {
    return this.system ? [this.system, ...this.list()] : this.list();
  }

  /** Puts these in place of those of the server. One that stays keeps its instances. */
  replace(definitions: readonly Pool['definition'][]): { gone: Pool[] } {
    const wanted = new Set(definitions.map(({ poolId }) => poolId));
    const gone = this.list().filter(({ definition }) => !wanted.has(definition.poolId));
    for (const { definition } of gone) this.#byId.delete(definition.poolId);
    for (const definition of definitions) {
      const pool = this.#byId.get(definition.poolId) ?? new Pool(definition);
      pool.definition = definition;
      // What failed before may work now.
      pool.retryAt = 0;
      this.#byId.set(definition.poolId, pool);
      if (!pool.mayRefill) pool.waiters.dismiss();
    }
    return { gone };
  }
}
