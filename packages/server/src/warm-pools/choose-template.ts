import { invalidField } from '../api-error.ts';
import { atMost } from '../at-most.ts';
import type { Context } from '../context.ts';
import type { WarmPool, WarmPoolSettings } from '../store/pools/warm-pool.ts';
import { BUILTIN_NAMESPACE } from '../templates/builtin.ts';
import { isBuildId, parseRef } from '../templates/parse-ref.ts';
import { resolveTemplate } from '../templates/resolve-template.ts';
import { shapeOfPool } from './resolve-pool.ts';

type Policy = Pick<WarmPoolSettings, 'versionPolicy' | 'trackTag'>;

/**
 * The version policy that is meant: a tag alone asks to follow it.
 *
 * @throws {ApiError} `invalid_request`.
 */
export function readPolicy(asked: {
  version_policy?: Policy['versionPolicy'] | undefined;
  track_tag?: string | null | undefined;
}): Policy {
  const trackTag = asked.track_tag ?? null;
  const versionPolicy = asked.version_policy ?? (trackTag === null ? 'pinned_build' : 'track_tag');
  if (versionPolicy === 'pinned_build' && trackTag !== null) {
    throw invalidField('track_tag', 'needs version_policy "track_tag"; send one of them');
  }
  return { versionPolicy, trackTag };
}

/**
 * Finds the template of a pool, and the build or tag that it stays with.
 *
 * @throws {ApiError} `template_not_found`, `invalid_request`.
 */
export async function chooseTemplate(
  context: Context,
  pool: Pick<WarmPool, 'tenantId' | 'templateRef' | 'settings'>,
): Promise<Pick<WarmPool, 'templateId'> & Pick<WarmPoolSettings, 'trackTag' | 'pinnedBuildId'>> {
  const { tenantId, templateRef, settings } = pool;
  const found = await resolveTemplate(context, { tenantId, ref: templateRef });
  const { vcpus, memoryMb, diskMb } = shapeOfPool(found, pool, context.settings);
  atMost('resources.vcpus', vcpus, context.settings.max_vcpus);
  atMost('resources.memory_mb', memoryMb, context.settings.max_memory_mb);
  atMost('resources.disk_mb', diskMb, context.settings.max_disk_mb);
  if (found.templateId === null && settings.trackTag !== null) {
    await resolveTemplate(context, {
      tenantId,
      ref: `${BUILTIN_NAMESPACE}/${found.name}:${settings.trackTag}`,
    });
  }
  if (settings.versionPolicy === 'pinned_build' || found.templateId === null) {
    return { templateId: found.templateId, trackTag: settings.trackTag, pinnedBuildId: found.buildId };
  }
  const qualifier = parseRef(templateRef)?.qualifier;
  const named = qualifier !== undefined && !isBuildId(qualifier) ? qualifier : null;
  const trackTag = settings.trackTag ?? named;
  if (trackTag !== null) await resolveTemplate(context, { tenantId, ref: `${found.templateId}:${trackTag}` });
  return { templateId: found.templateId, trackTag, pinnedBuildId: null };
}
