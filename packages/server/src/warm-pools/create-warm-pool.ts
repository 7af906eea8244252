import type { CreateWarmPoolBody } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import type { WarmPool, WarmPoolResult, WarmPoolSettings } from '../store/pools/warm-pool.ts';
import type { JsonValue } from '../store/records.ts';
import { chooseTemplate, readPolicy } from './choose-template.ts';

/** Makes a pool, which fills itself from then on. */
export async function createWarmPool(
  context: Context,
  { tenantId, body }: { tenantId: string; body: CreateWarmPoolBody },
): Promise<WarmPool> {
  const now = Date.now();
  const settings = readSettings(body);
  const { templateId, ...chosen } = await chooseTemplate(context, {
    tenantId,
    templateRef: body.template_ref,
    settings,
  });
  const pool: WarmPool = {
    tenantId,
    id: body.id ?? makeId('warm_pool'),
    hostPoolId: makeId('warm_pool'),
    name: body.name,
    state: 'enabled',
    templateRef: body.template_ref,
    templateId,
    maxReady: body.max_ready,
    settings: { ...settings, ...chosen },
    createdAt: now,
    updatedAt: now,
    enabledAt: now,
    disabledAt: null,
    drainRequestedAt: null,
  };
  const maxReady = context.settings.tenant_max_ready;
  return requireDone(await context.store.insertWarmPool(pool, { maxReady }), { pool, maxReady });
}

function readSettings(body: CreateWarmPoolBody): WarmPoolSettings {
  return {
    minReady: body.min_ready,
    vcpus: body.resources.vcpus,
    memoryMb: body.resources.memory_mb,
    diskMb: body.resources.disk_mb ?? null,
    idleTimeoutSeconds: body.idle_timeout_seconds ?? null,
    staleAfterSeconds: body.stale_after_seconds ?? null,
    checkoutPolicy: body.checkout_policy,
    ...readPolicy(body),
    pinnedBuildId: null,
    labels: body.labels,
    metadata: body.metadata as Record<string, JsonValue>,
  };
}

/** @throws {ApiError} `quota_exceeded`, `conflict`. */
export function requireDone(
  result: WarmPoolResult,
  { pool, maxReady }: { pool: Pick<WarmPool, 'id' | 'maxReady'>; maxReady: number },
): WarmPool {
  if (result.outcome === 'done') return result.pool;
  if (result.outcome === 'taken') {
    throw new ApiError('conflict', { problem: `There is a warm pool ${pool.id} already` });
  }
  const problem = `The other warm pools of this tenant may hold ${result.ready} ready sandboxes, all together ${maxReady}; max_ready ${pool.maxReady} is too much`;
  throw new ApiError('quota_exceeded', { problem }, { details: { limit: maxReady, ready: result.ready } });
}
