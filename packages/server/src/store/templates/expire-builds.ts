import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';
import { forgetResult } from './forget-result.ts';
import type { BuildResult } from './template.ts';

/** Which ready builds are old: beyond so many newer ones of their template, and long left alone. */
export interface ExpiryRule {
  /** Builds without a tag that each template keeps, the newest. */
  keep: number;
  /** One that has finished or lost a tag since then is kept: a create that names it may be under way. */
  unchangedSince: number;
}

/** Ids of ready builds that are old and that no tag points to, of all templates. */
export async function listOldBuilds(
  { db }: StoreContext,
  { keep, unchangedSince }: ExpiryRule,
): Promise<string[]> {
  const ranked = db
    .selectFrom('template_builds')
    .select(({ fn }) => [
      'id',
      'updated_at',
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('template_id').orderBy('finished_at', 'desc').orderBy('id', 'desc'))
        .as('place'),
    ])
    .where('status', '=', 'ready')
    .where('result', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('template_tags')
            .select('tag')
            .whereRef('template_tags.build_id', '=', 'template_builds.id'),
        ),
      ),
    );
  const rows = await db
    .selectFrom(ranked.as('ranked'))
    .select('id')
    .where('place', '>', keep)
    .where('updated_at', '<', unchangedSince)
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Takes the result from a build, which then is no longer to be used. Answers with what nothing else names, for the host
 * to free; undefined: nothing.
 */
export async function expireBuild(
  context: StoreContext,
  { id, unchangedSince, now }: { id: string; unchangedSince: number; now: number },
): Promise<BuildResult | undefined> {
  return write(context, 'now', async (transaction) => {
    const found = await transaction
      .selectFrom('template_builds')
      .select('tenant_id')
      .where('id', '=', id)
      .executeTakeFirst();
    if (!found) return undefined;
    const tenantId = found.tenant_id;
    await lockTenant(context, transaction, tenantId);
    // Whoever points a tag at it waits for this, or has done so.
    const build = await transaction
      .selectFrom('template_builds')
      .select(['result', 'updated_at'])
      .where('id', '=', id)
      .where('status', '=', 'ready')
      .$if(context.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (!build?.result || build.updated_at >= unchangedSince) return undefined;
    if (await isBuildNeeded(transaction, id)) return undefined;
    await transaction
      .updateTable('template_builds')
      .set({ result: null, updated_at: now })
      .where('id', '=', id)
      .execute();
    const made = JSON.parse(build.result) as BuildResult;
    return (await forgetResult(context, transaction, { tenantId, made })) ? made : undefined;
  });
}

/** Whether a tag, a warm pool or a living sandbox means this very build. */
async function isBuildNeeded(transaction: DatabaseTransaction, id: string): Promise<boolean> {
  const tag = await transaction
    .selectFrom('template_tags')
    .select('tag')
    .where('build_id', '=', id)
    .limit(1)
    .executeTakeFirst();
  if (tag) return true;
  const pool = await transaction
    .selectFrom('warm_pools')
    .select('id')
    .where('settings', 'like', `%"pinnedBuildId":"${id}"%`)
    .limit(1)
    .executeTakeFirst();
  if (pool) return true;
  const sandbox = await transaction
    .selectFrom('sandboxes')
    .select('id')
    .where('template_build_id', '=', id)
    .where('status', 'in', ['creating', 'running', 'paused'])
    .limit(1)
    .executeTakeFirst();
  return sandbox !== undefined;
}
