import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { findOwn, unknownTemplate } from './find-template.ts';
import { freeResults } from './free-results.ts';

/**
 * Deletes a template with its builds, and frees what they had made.
 *
 * @throws {ApiError} `conflict` while a sandbox or a build needs it, `forbidden`, `template_not_found`.
 */
export async function removeTemplate(
  context: Context,
  address: { tenantId: string; ref: string },
): Promise<void> {
  const { template } = await findOwn(context, address);
  const result = await context.store.deleteTemplate(template);
  if (!result) throw unknownTemplate(address.ref);
  if (!result.deleted) {
    const { kind, id } = result.usedBy;
    const problem = `Template ${template.name} is used by ${kind} ${id}; end that first`;
    throw new ApiError('conflict', { problem }, { details: { used_by: id } });
  }
  // The template is gone either way; what stays is found by the next sweep. Pools of others let go of it first.
  void context.warmPools.tell().then(() => freeResults(context, result.results));
}
