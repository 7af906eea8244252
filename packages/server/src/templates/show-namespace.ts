import type { TemplateNamespace } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { BUILTIN_NAMESPACE } from './builtin.ts';
import { namespaceOf } from './namespace-of.ts';

/**
 * A namespace that the tenant can use templates of.
 *
 * @throws {ApiError} `template_namespace_not_found`.
 */
export async function showNamespace(
  { store }: Context,
  { tenantId, slug }: { tenantId: string; slug: string },
): Promise<TemplateNamespace> {
  if (slug === BUILTIN_NAMESPACE) return { slug, kind: 'system', is_default: false };
  if (slug === (await namespaceOf(store, tenantId))) return { slug, kind: 'user', is_default: true };
  const found = await store.findNamespace(slug);
  const others = found ? await store.listTemplates(found.tenantId) : [];
  if (others.some(({ visibility }) => visibility === 'public')) {
    return { slug, kind: 'user', is_default: false };
  }
  throw new ApiError('template_namespace_not_found', { namespace: slug.slice(0, 100) });
}
