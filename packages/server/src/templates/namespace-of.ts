import type { Store } from '../store/store.ts';
import { BUILTIN_NAMESPACE } from './builtin.ts';

/** How many tenants may have names that look alike as namespaces. */
const MOST_ALIKE = 10_000;

/** The namespace of a tenant's templates: its name as lower-case words, with a number where that is taken. */
export async function namespaceOf(store: Store, tenantId: string): Promise<string> {
  const tenant = await store.getTenant(tenantId);
  return store.ensureNamespace({ tenantId, slugs: slugsOf(tenant?.name ?? tenantId) });
}

function* slugsOf(name: string): Generator<string> {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ['tenant'];
  const slug = words.join('-').slice(0, 60).replace(/-$/, '');
  if (slug !== BUILTIN_NAMESPACE) yield slug;
  for (let number = 2; number < MOST_ALIKE; number++) yield `${slug}-${number}`;
}
