import type { Template, TemplateTagInfo } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { BUILTIN_TAGS, DEFAULT_TAG } from './builtin.ts';
import { findOwn, findTemplate } from './find-template.ts';
import { showTemplate } from './show-template.ts';

interface Address {
  tenantId: string;
  ref: string;
}

export async function showTags(context: Context, address: Address): Promise<TemplateTagInfo[]> {
  const found = await findTemplate(context, address);
  if (found.kind === 'builtin') {
    const created_at = new Date(0).toISOString();
    return BUILTIN_TAGS.map((tag) => ({ tag, build_id: found.image, created_at }));
  }
  return found.tags.map(({ tag, buildId, createdAt }) => ({
    tag,
    build_id: buildId,
    created_at: new Date(createdAt).toISOString(),
  }));
}

/** Points tags at the build that the reference means. */
export async function setOwnTags(context: Context, address: Address, tags: string[]): Promise<Template> {
  const { template } = await findOwn(context, address);
  const found = await findTemplate(context, address);
  if (found.kind === 'builtin') throw new Error('a template of its own is a built-in one');
  const change = { templateId: template.id, buildId: found.build.id, tags, now: Date.now() };
  if (!(await context.store.setTags(change)))
    throw new ApiError('conflict', { problem: 'The template or the files of the build were deleted' });
  return showTemplate(context, { tenantId: address.tenantId, ref: template.id });
}

/** @throws {ApiError} `conflict` for the default tag and the last one. */
export async function removeTag(context: Context, address: Address, tag: string): Promise<void> {
  const { template } = await findOwn(context, address);
  const { name } = template;
  if (tag === DEFAULT_TAG) {
    throw new ApiError('conflict', {
      problem: `The tag ${DEFAULT_TAG} of template ${name} cannot be removed`,
    });
  }
  const result = await context.store.deleteTag({ templateId: template.id, tag, now: Date.now() });
  if (result === 'not_found') {
    throw new ApiError('template_tag_not_found', { template: name, tag: tag.slice(0, 100) });
  }
  if (result === 'last') {
    throw new ApiError('conflict', {
      problem: `${tag} is the last tag of template ${name}; delete the template`,
    });
  }
}
