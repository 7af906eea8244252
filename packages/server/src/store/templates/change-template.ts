import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';
import { findTemplateByName } from './read-templates.ts';
import type { StoredTemplate, TemplateVisibility } from './template.ts';
import { toTemplate } from './template-rows.ts';

/** Points tags at a ready build. False: the template, the build or what it has made is gone. */
export async function setTags(
  context: StoreContext,
  tags: { templateId: string; buildId: string; tags: string[]; now: number },
): Promise<boolean> {
  return write(context, 'now', async (transaction) => {
    const build = await transaction
      .selectFrom('template_builds')
      .select('id')
      .where('id', '=', tags.buildId)
      .where('template_id', '=', tags.templateId)
      .where('result', 'is not', null)
      .$if(context.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (!build) return false;
    await pointTags(transaction, tags);
    return true;
  });
}

export async function pointTags(
  transaction: DatabaseTransaction,
  { templateId, buildId, tags, now }: { templateId: string; buildId: string; tags: string[]; now: number },
): Promise<void> {
  await touchTagged(transaction, { templateId, tags, now });
  for (const tag of tags) {
    await transaction
      .insertInto('template_tags')
      .values({ template_id: templateId, tag, build_id: buildId, created_at: now })
      .onConflict((conflict) =>
        conflict.columns(['template_id', 'tag']).doUpdateSet({ build_id: buildId, created_at: now }),
      )
      .execute();
  }
  await transaction.updateTable('templates').set({ updated_at: now }).where('id', '=', templateId).execute();
}

/** Notes when builds lose a tag, after which they are kept for a while. */
async function touchTagged(
  transaction: DatabaseTransaction,
  { templateId, tags, now }: { templateId: string; tags: string[]; now: number },
): Promise<void> {
  const tagged = transaction
    .selectFrom('template_tags')
    .select('build_id')
    .where('template_id', '=', templateId)
    .where('tag', 'in', tags);
  await transaction
    .updateTable('template_builds')
    .set({ updated_at: now })
    .where('id', 'in', tagged)
    .where('status', '=', 'ready')
    .execute();
}

export type DeleteTagResult = 'deleted' | 'not_found' | 'last';

/** Removes a tag, unless it is the last one of its template. */
export async function deleteTag(
  context: StoreContext,
  { templateId, tag, now }: { templateId: string; tag: string; now: number },
): Promise<DeleteTagResult> {
  return write(context, 'now', async (transaction) => {
    const rows = await transaction
      .selectFrom('template_tags')
      .select('tag')
      .where('template_id', '=', templateId)
      .$if(context.dialect === 'postgres', (query) => query.forUpdate())
      .execute();
    if (!rows.some((row) => row.tag === tag)) return 'not_found';
    if (rows.length === 1) return 'last';
    await touchTagged(transaction, { templateId, tags: [tag], now });
    await transaction
      .deleteFrom('template_tags')
      .where('template_id', '=', templateId)
      .where('tag', '=', tag)
      .execute();
    return 'deleted';
  });
}

export async function setVisibility(
  context: StoreContext,
  { id, visibility, now }: { id: string; visibility: TemplateVisibility; now: number },
): Promise<StoredTemplate | undefined> {
  const row = await write(context, 'now', (transaction) =>
    transaction
      .updateTable('templates')
      .set({ visibility, updated_at: now })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toTemplate(row);
}

/** Renames a template; its old name becomes an alias. `taken`: another one has the name or had it. */
export async function renameTemplate(
  context: StoreContext,
  { id, tenantId, name, now }: { id: string; tenantId: string; name: string; now: number },
): Promise<StoredTemplate | 'taken' | undefined> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, tenantId);
    const holder = await findTemplateByName({ db: transaction }, { tenantId, name });
    if (holder && holder.id !== id) return 'taken';
    const before = await transaction
      .selectFrom('templates')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!before) return undefined;
    if (before.name === name) return toTemplate(before);
    await transaction
      .deleteFrom('template_aliases')
      .where('tenant_id', '=', tenantId)
      .where('name', '=', name)
      .execute();
    await transaction
      .insertInto('template_aliases')
      .values({ tenant_id: tenantId, name: before.name, template_id: id, created_at: now })
      .execute();
    await transaction.updateTable('templates').set({ name, updated_at: now }).where('id', '=', id).execute();
    return toTemplate({ ...before, name, updated_at: now });
  });
}

/** Gives a former name free. */
export async function deleteTemplateAlias(
  context: StoreContext,
  { templateId, name }: { templateId: string; name: string },
): Promise<boolean> {
  const { numDeletedRows } = await write(context, 'now', (transaction) =>
    transaction
      .deleteFrom('template_aliases')
      .where('template_id', '=', templateId)
      .where('name', '=', name)
      .executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}
