import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AskedPool } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { WarmPools } from '../warm-pools/warm-pools.ts';

const seconds = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Creates that named a warm pool. */
export class CheckoutMetrics {
  readonly #checkouts: Counter<'mode' | 'source'>;
  readonly #waits: Histogram<'source'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#checkouts = new Counter({
      name: 'nullspace_warm_pool_checkouts_total',
      help: 'Sandboxes whose create named a warm pool, by mode and source.',
      labelNames: ['mode', 'source'],
      registers,
    });
    this.#waits = new Histogram({
      name: 'nullspace_warm_pool_wait_seconds',
      help: 'How long creates waited for a ready sandbox, by source.',
      labelNames: ['source'],
      buckets: seconds,
      registers,
    });
  }

  observe({ mode, hit, waitedMs }: AskedPool): void {
    const missed = mode === 'bypass' ? 'bypassed' : 'cold_create';
    const source = hit ? 'ready_instance' : missed;
    this.#checkouts.inc({ mode, source });
    if (mode !== 'bypass') this.#waits.observe({ source }, waitedMs / 1000);
  }
}

const gauges = [
  ['ready', 'Ready sandboxes of a warm pool.'],
  ['warming', 'Sandboxes of a warm pool that are being started.'],
  ['hits', 'Creates that a warm pool served since the start of the host.'],
  ['misses', 'Creates that a warm pool did not serve since the start of the host.'],
  ['memory_bytes', 'Memory that the ready sandboxes of a warm pool reserve.'],
  ['oldest_ready_seconds', 'Age of the oldest ready sandbox of a warm pool.'],
  ['last_refill_seconds', 'How long the last start for a warm pool took.'],
] as const;

type Values = Record<(typeof gauges)[number][0], number>;

/** Has the state of each warm pool collected with the other numbers. */
export function exposePools(registry: Registry, needs: { store: Store; warmPools: WarmPools }): void {
  let reading: ReturnType<typeof readValues> | undefined;
  // All gauges are collected at the same moment: the host is asked once.
  const readOnce = () => {
    reading ??= readValues(needs).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  for (const [name, help] of gauges) {
    new Gauge({
      name: `nullspace_warm_pool_${name}`,
      help,
      labelNames: ['tenant', 'pool'],
      registers: [registry],
      async collect() {
        const found = await readOnce();
        this.reset();
        for (const { tenant, pool, values } of found) this.set({ tenant, pool }, values[name]);
      },
    });
  }
}

async function readValues({ store, warmPools }: { store: Store; warmPools: WarmPools }) {
  const pools = await store.listWarmPools();
  const statuses = pools.length > 0 ? await warmPools.statuses() : undefined;
  return pools.flatMap(({ tenantId: tenant, id: pool, hostPoolId }) => {
    const status = statuses?.get(hostPoolId);
    if (!status) return [];
    const values: Values = {
      ready: status.ready,
      warming: status.warming,
      hits: Number(status.hits),
      misses: Number(status.misses),
      memory_bytes: Number(status.memoryMb) * 1024 * 1024,
      oldest_ready_seconds: Number(status.oldestReadyMs) / 1000,
      last_refill_seconds: status.lastRefillMs / 1000,
    };
    return [{ tenant, pool, values }];
  });
}
