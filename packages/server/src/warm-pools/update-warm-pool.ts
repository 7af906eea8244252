import type { UpdateWarmPoolBody } from '@nullspace/contract';
import { invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import type {
  WarmPool,
  WarmPoolAddress,
  WarmPoolChange,
  WarmPoolSettings,
} from '../store/pools/warm-pool.ts';
import type { JsonValue } from '../store/records.ts';
import { chooseTemplate, readPolicy } from './choose-template.ts';
import { requireDone } from './create-warm-pool.ts';
import { findWarmPool, unknownWarmPool } from './find-warm-pool.ts';

/**
 * Changes what a pool is to be; what is absent stays.
 *
 * @throws {ApiError} `warm_pool_not_found`, `template_not_found`, `invalid_request`, `quota_exceeded`.
 */
export async function updateWarmPool(
  context: Context,
  address: WarmPoolAddress,
  body: UpdateWarmPoolBody,
): Promise<WarmPool> {
  const before = await findWarmPool(context, address);
  const maxReady = body.max_ready ?? before.maxReady;
  const settings = changeSettings(before.settings, body);
  if (settings.minReady > maxReady) {
    throw invalidField('max_ready', `must be at least min_ready ${settings.minReady}; it is ${maxReady}`);
  }
  const templateRef = body.template_ref ?? before.templateRef;
  const change: WarmPoolChange = {
    maxReady,
    templateRef,
    settings,
    ...(body.name === undefined ? {} : { name: body.name }),
  };
  if (isOther(body)) {
    const { templateId, ...chosen } = await chooseTemplate(context, { ...before, templateRef, settings });
    Object.assign(change, { templateId, settings: { ...settings, ...chosen } });
  }
  const limit = context.settings.tenant_max_ready;
  const result = await context.store.updateWarmPool(address, { change, now: Date.now(), maxReady: limit });
  if (!result) throw unknownWarmPool(address.id);
  return requireDone(result, { pool: { ...before, maxReady }, maxReady: limit });
}

/** Whether other sandboxes are asked for than those that the pool has. */
function isOther(body: UpdateWarmPoolBody): boolean {
  const fields = ['template_ref', 'resources', 'version_policy', 'track_tag'] as const;
  return fields.some((name) => body[name] !== undefined);
}

function changeSettings(before: WarmPoolSettings, body: UpdateWarmPoolBody): WarmPoolSettings {
  const { resources, metadata } = body;
  const policy =
    body.version_policy === undefined && body.track_tag === undefined
      ? { versionPolicy: before.versionPolicy, trackTag: before.trackTag }
      : readPolicy(body);
  return {
    minReady: body.min_ready ?? before.minReady,
    vcpus: resources?.vcpus ?? before.vcpus,
    memoryMb: resources?.memory_mb ?? before.memoryMb,
    diskMb: resources ? (resources.disk_mb ?? null) : before.diskMb,
    idleTimeoutSeconds: orBefore(body.idle_timeout_seconds, before.idleTimeoutSeconds),
    staleAfterSeconds: orBefore(body.stale_after_seconds, before.staleAfterSeconds),
    checkoutPolicy: body.checkout_policy ?? before.checkoutPolicy,
    ...policy,
    pinnedBuildId: before.pinnedBuildId,
    labels: body.labels ?? before.labels,
    metadata: (metadata as Record<string, JsonValue> | undefined) ?? before.metadata,
  };
}

function orBefore<T>(value: T | undefined, before: T): T {
  return value === undefined ? before : value;
}
