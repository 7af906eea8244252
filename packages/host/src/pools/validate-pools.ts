import { host as proto } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { bound, checkSpec, refuse } from '../create/check-spec.ts';
import { readLimits } from '../network/limits.ts';
import { requireSnapshotId } from '../snapshots/id.ts';
import type { PoolDefinition, PoolMode } from './definition.ts';
import { systemPoolId } from './system-pool.ts';

const poolIdPattern = /^[A-Za-z0-9_-]{1,100}$/;
const mostPools = 1000;

const modes: Partial<Record<proto.PoolMode, PoolMode>> = {
  [proto.PoolMode.ENABLED]: 'enabled',
  [proto.PoolMode.DISABLED]: 'disabled',
  [proto.PoolMode.DRAINING]: 'draining',
};

/**
 * Checks all pools of a request and fills in defaults.
 *
 * @throws {HostError} `invalid_request`, naming field and bound.
 */
export function validatePools(
  pools: readonly proto.Pool[],
  host: Pick<HostContext, 'settings' | 'timing'>,
): PoolDefinition[] {
  bound('pools', pools.length, { least: 0, most: mostPools });
  const seen = new Set<string>();
  for (const { poolId } of pools) {
    requirePoolId(poolId);
    if (seen.has(poolId)) refuse('pool_id', `${poolId} is there twice`);
    seen.add(poolId);
  }
  return pools.map((pool) => readPool(pool, host));
}

/** @throws {HostError} `invalid_request` */
export function requirePoolId(poolId: string): void {
  if (!poolIdPattern.test(poolId)) refuse('pool_id', `must match ${poolIdPattern.source}`);
  if (poolId === systemPoolId) refuse('pool_id', `${poolId} is the host's own pool`);
}

function readPool(
  pool: proto.Pool,
  { settings, timing }: Pick<HostContext, 'settings' | 'timing'>,
): PoolDefinition {
  const { poolId, snapshotId, minReady, maxReady } = pool;
  if (!pool.spec) return refuse('spec', `of pool ${poolId} is missing`);
  const spec = checkSpec(pool.spec, { settings, imageEnv: pool.imageEnv });
  const mode = modes[pool.mode];
  if (!mode) return refuse('mode', `of pool ${poolId} is not one that this host knows`);
  bound('max_ready', maxReady, { least: 0, most: settings.max_instances });
  bound('min_ready', minReady, { least: 0, most: maxReady });
  if (snapshotId) requireSnapshotId('snapshot_id', snapshotId);
  return {
    ...{ poolId, snapshotId, minReady, maxReady, mode },
    maxAgeMs: Number(pool.maxAgeMs) || timing.readyAgeMs,
    idleTimeoutMs: Number(pool.idleTimeoutMs),
    // Of a template snapshot processes run that came from a user: until a sandbox says otherwise they reach nothing.
    spec: {
      ...spec,
      env: {},
      cwd: '',
      hostname: '',
      internet_access: snapshotId === '',
      allow_out: [],
      allow_names: [],
      deny_out: [],
      ...readLimits({ uploadMbps: 0, downloadMbps: 0 }, settings),
    },
  };
}
