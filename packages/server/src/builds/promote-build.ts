import type { Template } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { showTemplate } from '../templates/show-template.ts';
import { findBuild } from './find-build.ts';

/** Points a tag at a ready build. */
export async function promoteBuild(
  context: Context,
  { tenantId, buildId, tag }: { tenantId: string; buildId: string; tag: string },
): Promise<Template> {
  const { id, templateId, status, result } = await findBuild(context, { tenantId, buildId });
  if (status !== 'ready') {
    const problem = `Build ${id} is ${status}, not ready`;
    throw new ApiError('conflict', { problem }, { details: { build_id: id, status } });
  }
  const tags = { templateId, buildId: id, tags: [tag], now: Date.now() };
  if (result === null || !(await context.store.setTags(tags))) {
    const problem = `What build ${id} had made was removed since newer ones replaced it; retry the build`;
    throw new ApiError('conflict', { problem }, { details: { build_id: id, status: 'purged' } });
  }
  return showTemplate(context, { tenantId, ref: templateId });
}
