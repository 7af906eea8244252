import type { StoreContext } from '../context.ts';
import { write } from '../write.ts';

export interface Namespace {
  slug: string;
  tenantId: string;
}

/** The namespace of a tenant: the first of these that is free, the first time that it is asked for. */
export async function ensureNamespace(
  context: StoreContext,
  { tenantId, slugs }: { tenantId: string; slugs: Iterable<string> },
): Promise<string> {
  const known = await context.db
    .selectFrom('template_namespaces')
    .select('slug')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (known) return known.slug;
  return write(context, 'now', async (transaction) => {
    for (const slug of slugs) {
      await transaction
        .insertInto('template_namespaces')
        .values({ slug, tenant_id: tenantId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const now = await transaction
        .selectFrom('template_namespaces')
        .select('slug')
        .where('tenant_id', '=', tenantId)
        .executeTakeFirst();
      if (now) return now.slug;
    }
    throw new Error('no namespace is free');
  });
}

export async function findNamespace({ db }: StoreContext, slug: string): Promise<Namespace | undefined> {
  const row = await db
    .selectFrom('template_namespaces')
    .selectAll()
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row && { slug: row.slug, tenantId: row.tenant_id };
}
