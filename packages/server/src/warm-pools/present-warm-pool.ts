import type { WarmPool as WarmPoolBody } from '@nullspace/contract';
import type { host } from '@nullspace/proto';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import type { ResolvedPool } from './resolve-pool.ts';
import type { PoolStatuses } from './warm-pools.ts';

type Degraded = Pick<WarmPoolBody, 'degraded_reason' | 'degraded_message'>;

const reasons: Record<string, WarmPoolBody['degraded_reason']> = {
  capacity: 'no_eligible_hosts',
  image_not_found: 'artifact_not_ready',
  snapshot: 'artifact_not_ready',
  start_failed: 'artifact_prewarm_failed',
};

/** A pool as its owner sees it. */
export function presentWarmPool(
  pool: WarmPool,
  { statuses, resolved }: { statuses: PoolStatuses; resolved: ResolvedPool | undefined },
): WarmPoolBody {
  const { settings } = pool;
  const status = statuses?.get(pool.hostPoolId);
  const hits = Number(status?.hits ?? 0n);
  const misses = Number(status?.misses ?? 0n);
  return {
    id: pool.id,
    name: pool.name,
    template_ref: pool.templateRef,
    state: pool.state,
    min_ready: settings.minReady,
    max_ready: pool.maxReady,
    resources: {
      vcpus: resolved?.shape.vcpus ?? settings.vcpus,
      memory_mb: resolved?.shape.memoryMb ?? settings.memoryMb,
      disk_mb: resolved?.shape.diskMb ?? settings.diskMb ?? 0,
    },
    status: presentCounts(pool, status),
    checkouts: { hits, misses, hit_rate: hits + misses > 0 ? hits / (hits + misses) : null },
    memory_mb: Number(status?.memoryMb ?? 0n),
    last_refill_ms: status?.lastRefillMs || null,
    oldest_ready_seconds: status && status.ready > 0 ? Number(status.oldestReadyMs) / 1000 : null,
    ...presentDegraded(pool, { statuses, resolved }),
    ...presentTemplate(resolved),
    ...(settings.idleTimeoutSeconds === null ? {} : { idle_timeout_seconds: settings.idleTimeoutSeconds }),
    ...(settings.staleAfterSeconds === null ? {} : { stale_after_seconds: settings.staleAfterSeconds }),
    checkout_policy: settings.checkoutPolicy,
    version_policy: settings.versionPolicy,
    ...(settings.trackTag === null ? {} : { track_tag: settings.trackTag }),
    labels: settings.labels,
    metadata: settings.metadata,
    ...presentTimes(pool, status),
  };
}

function presentCounts(
  { state, settings }: WarmPool,
  status: host.PoolStatus | undefined,
): WarmPoolBody['status'] {
  const target = state === 'enabled' ? settings.minReady : 0;
  const { ready = 0, warming = 0, claimed = 0, draining = 0, failed = 0 } = status ?? {};
  const unavailable = Math.max(0, target - ready - warming);
  return {
    target,
    ready,
    warming,
    claimed,
    draining,
    failed,
    expired: Number(status?.expired ?? 0n),
    unavailable,
  };
}

function presentDegraded(
  { state, hostPoolId }: WarmPool,
  { statuses, resolved }: { statuses: PoolStatuses; resolved: ResolvedPool | undefined },
): Degraded {
  if (state === 'draining') return { degraded_reason: 'drain_active' };
  if (!statuses)
    return { degraded_reason: 'no_eligible_hosts', degraded_message: 'the host does not answer' };
  if (!resolved) {
    const degraded_message = 'its template, its build or its size cannot be used any more';
    return { degraded_reason: 'template_build_unavailable', degraded_message };
  }
  const status = statuses.get(hostPoolId);
  const reason = reasons[status?.degradedReason ?? ''];
  if (state !== 'enabled' || !reason) return {};
  return { degraded_reason: reason, degraded_message: status?.message ?? '' };
}

function presentTemplate(
  resolved: ResolvedPool | undefined,
): Pick<WarmPoolBody, 'resolved_template' | 'resolved_template_build_id'> {
  if (!resolved) return {};
  const { name, buildId } = resolved.template;
  return { resolved_template: name, ...(buildId === null ? {} : { resolved_template_build_id: buildId }) };
}

function presentTimes(pool: WarmPool, status: host.PoolStatus | undefined) {
  const reconciled = Number(status?.reconciledUnixMs ?? 0n);
  return {
    created_at: toText(pool.createdAt),
    updated_at: toText(pool.updatedAt),
    ...(pool.enabledAt === null ? {} : { enabled_at: toText(pool.enabledAt) }),
    ...(pool.disabledAt === null ? {} : { disabled_at: toText(pool.disabledAt) }),
    ...(pool.drainRequestedAt === null ? {} : { drain_requested_at: toText(pool.drainRequestedAt) }),
    ...(reconciled === 0 ? {} : { last_reconciled_at: toText(reconciled) }),
  };
}

function toText(time: number): string {
  return new Date(time).toISOString();
}
