import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { StoredBuild } from '../store/templates/template.ts';

/** @throws {ApiError} `template_build_not_found`. */
export async function findBuild(
  { store }: Context,
  { tenantId, buildId }: { tenantId: string; buildId: string },
): Promise<StoredBuild> {
  const build = await store.findBuild(buildId);
  if (build?.tenantId === tenantId) return build;
  const shown = buildId.slice(0, 100);
  throw new ApiError('template_build_not_found', { build_id: shown }, { details: { build_id: shown } });
}
