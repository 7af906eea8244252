import { Code, ConnectError } from '@connectrpc/connect';
import type { host } from '@nullspace/proto';
import type { Context } from '../context.ts';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import { type ResolvedPool, resolvePool, toHostPool } from './resolve-pool.ts';

/** How often it is looked whether a tag has moved or a drain is over, when nobody says so. */
const LOOK_MS = 5000;
/** An answer about pools shows them without their counts when the host takes longer. */
const STATUS_MS = 2000;

/** How the pools stand on the host, by their name there. Undefined: the host does not answer. */
export type PoolStatuses = Map<string, host.PoolStatus> | undefined;

type Needs = Pick<Context, 'store' | 'fleet' | 'settings' | 'log'>;

/** Keeps the host's pools those of the store. */
export class WarmPools {
  /** Calls that are to be told when their wait for a ready sandbox was in vain. */
  waiting = 0;
  readonly #context: Needs;
  readonly #resolved = new Map<string, ResolvedPool | undefined>();
  #told = '';
  #telling: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Needs) {
    this.#context = context;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling;
  }

  /** What a pool was resolved to when the host was last told. */
  resolvedOf({ hostPoolId }: WarmPool): ResolvedPool | undefined {
    return this.#resolved.get(hostPoolId);
  }

  /** Tells the host of all pools as they are from now on. Calls that come while one waits are served by that one. */
  tell(): Promise<void> {
    this.#next ??= this.#telling.then(() => {
      this.#next = undefined;
      this.#telling = this.#tellNow({ always: true }).catch((error: unknown) => {
        // Told again when the host comes back, or by the next look.
        this.#context.log.warn({ err: error }, 'the host was not told of the warm pools');
      });
      return this.#telling;
    });
    return this.#next;
  }

  /** @throws What keeps the host from being asked. */
  async statuses(): Promise<PoolStatuses> {
    try {
      const { pools } = await this.#context.fleet.link.client.listPools({}, { timeoutMs: STATUS_MS });
      return new Map(pools.map((pool) => [pool.poolId, pool]));
    } catch (error) {
      this.#context.log.debug({ err: error }, 'the host did not say how the warm pools stand');
      return undefined;
    }
  }

  async #look(): Promise<void> {
    if (!this.#context.fleet.link.connected) return;
    this.#telling = this.#telling.then(() =>
      this.#tellNow({ always: false }).catch((error: unknown) => {
        this.#context.log.warn({ err: error }, 'the warm pools could not be looked at');
      }),
    );
    await this.#telling;
  }

  async #tellNow({ always }: { always: boolean }): Promise<void> {
    const { store, fleet, settings } = this.#context;
    const stored = await this.#endDrains(await store.listWarmPools());
    this.#resolved.clear();
    for (const pool of stored) this.#resolved.set(pool.hostPoolId, await resolvePool(this.#context, pool));
    const pools = stored.flatMap((pool) => {
      const resolved = this.resolvedOf(pool);
      return resolved ? [toHostPool(pool, resolved, settings)] : [];
    });
    const text = JSON.stringify(pools, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    if (!always && text === this.#told) return;
    await fleet.link.client.setPools({ pools }).catch((error: unknown) => {
      // A host of an earlier version has none.
      if (!(error instanceof ConnectError && error.code === Code.Unimplemented)) throw error;
    });
    this.#told = text;
  }

  /** A drained pool is disabled once nothing of it is left. */
  async #endDrains(pools: WarmPool[]): Promise<WarmPool[]> {
    if (!pools.some(({ state }) => state === 'draining')) return pools;
    const statuses = await this.statuses();
    if (!statuses) return pools;
    const { store, settings } = this.#context;
    const all: WarmPool[] = [];
    for (const pool of pools) {
      const found = statuses.get(pool.hostPoolId);
      if (pool.state !== 'draining' || !isEmpty(found)) {
        all.push(pool);
        continue;
      }
      const now = Date.now();
      const change = { state: 'disabled', disabledAt: now } as const;
      const options = { change, now, maxReady: settings.tenant_max_ready, from: 'draining' } as const;
      const result = await store.updateWarmPool(pool, options);
      all.push(result?.outcome === 'done' ? result.pool : pool);
    }
    return all;
  }
}

function isEmpty(status: host.PoolStatus | undefined): boolean {
  return status !== undefined && status.ready + status.warming + status.claimed + status.draining === 0;
}
