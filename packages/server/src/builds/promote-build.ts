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
  const { id, templateId, status } = await findBuild(context, { tenantId, buildId });
  if (status !== 'ready') {
    const problem = `Build ${id} is ${status}, not ready`;
    throw new ApiError('conflict', { problem }, { details: { build_id: id, status } });
  }
  await context.store.setTags({ templateId, buildId: id, tags: [tag], now: Date.now() });
  return showTemplate(context, { tenantId, ref: templateId });
}
