import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Settings } from '@nullspace/configuration';
import { host } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import { type ResolvedTemplate, resolveTemplate } from '../templates/resolve-template.ts';
import { type Shape, shapeOf } from '../templates/shape-of.ts';

/** What a pool's sandboxes are made from now. */
export interface ResolvedPool {
  template: ResolvedTemplate;
  shape: Shape;
}

/** Undefined: what the pool was made for is no longer there, or no longer of a size that this server allows. */
export async function resolvePool(
  context: Pick<Context, 'fleet' | 'store' | 'settings'>,
  pool: WarmPool,
): Promise<ResolvedPool | undefined> {
  try {
    const template = await resolveTemplate(context, { tenantId: pool.tenantId, ref: refOf(pool) });
    const shape = shapeOfPool(template, pool, context.settings);
    return isAllowed(shape, context.settings) ? { template, shape } : undefined;
  } catch (error) {
    if (error instanceof ApiError && ['template_not_found', 'invalid_request'].includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

/** @throws {ApiError} `invalid_request` when the template's snapshot has another shape. */
export function shapeOfPool(
  template: ResolvedTemplate,
  { settings: { vcpus, memoryMb, diskMb } }: Pick<WarmPool, 'settings'>,
  settings: Settings,
): Shape {
  return shapeOf(template, { vcpus, memory_mb: memoryMb, disk_mb: diskMb ?? undefined }, settings);
}

/** A pool as the host is told of it. */
export function toHostPool(
  { hostPoolId, state, maxReady, settings: own }: WarmPool,
  { template, shape }: ResolvedPool,
  settings: Settings,
): MessageInitShape<typeof host.PoolSchema> {
  const most = Math.min(maxReady, settings.max_instances);
  const modes = {
    enabled: host.PoolMode.ENABLED,
    disabled: host.PoolMode.DISABLED,
    draining: host.PoolMode.DRAINING,
  };
  return {
    poolId: hostPoolId,
    spec: { image: template.image, ...shape },
    snapshotId: template.snapshotId ?? '',
    minReady: Math.min(own.minReady, most),
    maxReady: most,
    maxAgeMs: BigInt((own.staleAfterSeconds ?? 0) * 1000),
    idleTimeoutMs: BigInt((own.idleTimeoutSeconds ?? 0) * 1000),
    mode: modes[state],
    imageEnv: template.imageEnv,
  };
}

function refOf({ templateId, templateRef, settings }: WarmPool): string {
  if (templateId === null) return templateRef;
  const qualifier = settings.versionPolicy === 'pinned_build' ? settings.pinnedBuildId : settings.trackTag;
  return qualifier === null ? templateId : `${templateId}:${qualifier}`;
}

function isAllowed({ vcpus, memoryMb, diskMb }: Shape, settings: Settings): boolean {
  return vcpus <= settings.max_vcpus && memoryMb <= settings.max_memory_mb && diskMb <= settings.max_disk_mb;
}
