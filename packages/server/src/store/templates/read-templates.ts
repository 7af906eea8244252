import type { StoreContext } from '../context.ts';
import type { DatabaseTransaction } from '../schema.ts';
import type { StoredAlias, StoredTag, StoredTemplate } from './template.ts';
import { toTemplate } from './template-rows.ts';

type Reader = Pick<DatabaseTransaction, 'selectFrom'>;

/** A template of any tenant. */
export async function findTemplate({ db }: StoreContext, id: string): Promise<StoredTemplate | undefined> {
  const row = await db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toTemplate(row);
}

/** A tenant's template of that name, or else the one that had it. */
export async function findTemplateByName(
  { db }: { db: Reader },
  { tenantId, name }: { tenantId: string; name: string },
): Promise<StoredTemplate | undefined> {
  const row = await db
    .selectFrom('templates')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row) return toTemplate(row);
  const aliased = await db
    .selectFrom('template_aliases')
    .innerJoin('templates', 'templates.id', 'template_aliases.template_id')
    .selectAll('templates')
    .where('template_aliases.tenant_id', '=', tenantId)
    .where('template_aliases.name', '=', name)
    .executeTakeFirst();
  return aliased && toTemplate(aliased);
}

/** Templates of a tenant that can be used, by name. */
export async function listTemplates({ db }: StoreContext, tenantId: string): Promise<StoredTemplate[]> {
  const rows = await db
    .selectFrom('templates')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('published_at', 'is not', null)
    .orderBy('name')
    .execute();
  return rows.map(toTemplate);
}

/** Tags by name. */
export async function listTags({ db }: StoreContext, templateId: string): Promise<StoredTag[]> {
  const rows = await db
    .selectFrom('template_tags')
    .selectAll()
    .where('template_id', '=', templateId)
    .orderBy('tag')
    .execute();
  return rows.map((row) => ({ tag: row.tag, buildId: row.build_id, createdAt: row.created_at }));
}

/** Former names, oldest first. */
export async function listTemplateAliases({ db }: StoreContext, templateId: string): Promise<StoredAlias[]> {
  const rows = await db
    .selectFrom('template_aliases')
    .select(['name', 'created_at'])
    .where('template_id', '=', templateId)
    .orderBy('created_at')
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ name: row.name, createdAt: row.created_at }));
}
