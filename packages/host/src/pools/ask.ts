import type { HostContext } from '../context.ts';
import type { CreateOrder } from '../create/validate.ts';
import { HostError } from '../errors.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { checkOut } from './check-out.ts';
import { isSameShape } from './definition.ts';
import type { Pool } from './pool.ts';

/** Ready instances that one create uses up at most: what one of them cannot be, the next may not be either. */
const mostTries = 3;

/** How a create was served: by an instance that runs as its sandbox, or not; then `waitedMs` is what it waited in vain. */
export type Served = { instance: TrackedInstance } | { instance: undefined; waitedMs: number };

/**
 * Looks for a ready instance for a create: in the pool that it names or, when it says nothing of pools, in the host's own.
 *
 * @throws {HostError} `pool_not_found`, `pool_mismatch`, `no_ready_instance`; `start_failed` when what it is to be
 *   configured with cannot be.
 */
export async function askPools(host: HostContext, order: CreateOrder): Promise<Served> {
  const missed: Served = { instance: undefined, waitedMs: 0 };
  const { checkout } = order;
  // A resume, a fork or a snapshot's copy is what was saved.
  if (checkout?.mode === 'bypass' || (order.snapshot && !order.asTemplate)) return missed;
  const pool = checkout ? findPool(host, checkout.poolId) : host.pools.system;
  if (!pool) return missed;
  if (!fits(order, pool)) {
    if (checkout) pool.misses += 1;
    if (checkout?.mode === 'require') throw mismatch(order, pool);
    return missed;
  }
  const served = await serve(host, order, { pool, waitMs: checkout?.waitMs ?? 0 });
  if (served.instance) {
    pool.hits += 1;
    return served;
  }
  pool.misses += 1;
  if (checkout?.mode !== 'require') return served;
  const { poolId } = pool.definition;
  throw new HostError('no_ready_instance', `no instance of pool ${poolId} was ready in time`, {
    field: 'checkout.pool_id',
  });
}

function findPool(host: HostContext, poolId: string): Pool {
  const pool = host.pools.find(poolId);
  if (pool) return pool;
  throw new HostError('pool_not_found', `this host has no pool ${poolId}`, { field: 'checkout.pool_id' });
}

function fits({ spec, snapshot }: CreateOrder, pool: Pool): boolean {
  return isSameShape({ spec, snapshotId: snapshot?.snapshot_id ?? '' }, pool.definition);
}

function mismatch({ spec }: CreateOrder, { definition }: Pool): HostError {
  const describe = ({ vcpus, memory_mb, disk_mb }: typeof spec) =>
    `${vcpus} vCPUs, ${memory_mb} MB memory, ${disk_mb} MB disk`;
  const other = definition.spec.image === spec.image ? '' : ' or another image';
  return new HostError(
    'pool_mismatch',
    `pool ${definition.poolId} has ${describe(definition.spec)}; asked for were ${describe(spec)}${other}`,
    { field: 'checkout.pool_id' },
  );
}

/** Takes ready instances until one becomes the sandbox: any may have ended unnoticed. */
async function serve(
  host: HostContext,
  order: CreateOrder,
  { pool, waitMs }: { pool: Pool; waitMs: number },
): Promise<Served> {
  const from = performance.now();
  const waited = () => Math.max(0, Math.round(performance.now() - from));
  pool.askedAt = from;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const instance = pool.take() ?? (await wait(host, pool, waitMs - waited()));
    if (!instance) break;
    host.pools.wake(pool.waiters.size > 0 ? 0 : host.timing.refillDelayMs);
    try {
      const done = await checkOut(host, instance, { order, waitedMs: waited() });
      if (done) return { instance };
    } finally {
      pool.drop(instance);
    }
  }
  return { instance: undefined, waitedMs: waited() };
}

async function wait(host: HostContext, pool: Pool, ms: number): Promise<TrackedInstance | undefined> {
  if (ms <= 0 || !pool.mayRefill || host.draining) return undefined;
  const waiting = pool.waiters.wait(ms);
  host.pools.wake(0);
  return await waiting;
}
