import type { MessageInitShape } from '@bufbuild/protobuf';
import type { host as proto } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { isFinal } from '../instance/record.ts';
import type { Pool } from './pool.ts';

/** A pool as the server sees it. */
export function presentPool(
  { registry }: Pick<HostContext, 'registry'>,
  pool: Pool,
): MessageInitShape<typeof proto.PoolStatusSchema> {
  const { poolId } = pool.definition;
  const own = registry.ready().filter(({ record }) => record.pool_id === poolId);
  const ending = own.filter(({ record }) => isFinal(record));
  const oldest = pool.ready[0];
  return {
    poolId,
    ready: pool.ready.length,
    warming: pool.warming,
    claimed: pool.claimed.size,
    draining: ending.length,
    failed: pool.failures,
    hits: BigInt(pool.hits),
    misses: BigInt(pool.misses),
    expired: BigInt(pool.expired),
    started: BigInt(pool.started),
    degradedReason: pool.degraded?.reason ?? '',
    message: pool.degraded?.message ?? '',
    memoryMb: BigInt(own.reduce((sum, { record }) => sum + record.spec.memory_mb, 0)),
    lastRefillMs: pool.lastRefillMs,
    reconciledUnixMs: BigInt(pool.reconciledUnixMs),
    oldestReadyMs: BigInt(oldest ? Math.max(0, Date.now() - oldest.record.started_unix_ms) : 0),
  };
}
