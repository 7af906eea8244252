import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';
import type { BuildResult } from './template.ts';

export type DeleteTemplateResult =
  /** What its builds had made and no other build needs. */
  | { deleted: true; results: BuildResult[] }
  /** Sandboxes that live, a build that has not ended, or a warm pool. */
  | { deleted: false; usedBy: { kind: 'sandbox' | 'build' | 'warm pool'; id: string } }
  | undefined;

/**
 * Deletes a template with its builds, unless something of its tenant uses it. What others have of a public one goes on
 * with the files that it has.
 */
export async function deleteTemplate(
  context: StoreContext,
  { id, tenantId }: { id: string; tenantId: string },
): Promise<DeleteTemplateResult> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, tenantId);
    const row = await transaction
      .selectFrom('templates')
      .select('id')
      .where('id', '=', id)
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst();
    if (!row) return undefined;
    const sandbox = await transaction
      .selectFrom('sandboxes')
      .select('id')
      .where('template_id', '=', id)
      .where('tenant_id', '=', tenantId)
      .where('status', 'in', ['creating', 'running', 'paused'])
      .limit(1)
      .executeTakeFirst();
    if (sandbox) return { deleted: false, usedBy: { kind: 'sandbox', id: sandbox.id } };
    const pool = await transaction
      .selectFrom('warm_pools')
      .select('id')
      .where('template_id', '=', id)
      .where('tenant_id', '=', tenantId)
      .limit(1)
      .executeTakeFirst();
    if (pool) return { deleted: false, usedBy: { kind: 'warm pool', id: pool.id } };
    const builds = await transaction
      .selectFrom('template_builds')
      .select(['id', 'status', 'result'])
      .where('template_id', '=', id)
      .execute();
    const live = builds.find(({ status }) => status === 'waiting' || status === 'building');
    if (live) return { deleted: false, usedBy: { kind: 'build', id: live.id } };
    await transaction.deleteFrom('templates').where('id', '=', id).execute();
    const results: BuildResult[] = [];
    for (const { result } of builds) {
      if (result === null) continue;
      const made = JSON.parse(result) as BuildResult;
      if (await forgetResult(context, transaction, { tenantId, made })) results.push(made);
    }
    return { deleted: true, results };
  });
}

/** Takes a result out of what later builds find, unless another build has it. True: nothing names it any more. */
async function forgetResult(
  context: StoreContext,
  transaction: DatabaseTransaction,
  { tenantId, made }: { tenantId: string; made: BuildResult },
): Promise<boolean> {
  const isSame = (text: string | null) => {
    const { image, snapshotId } = JSON.parse(text ?? '{}') as Partial<BuildResult>;
    return image === made.image && snapshotId === made.snapshotId;
  };
  const part = `%${made.image}%`;
  // Before the builds are read: one that takes the result from here ends before that, or finds it gone.
  const kept = await transaction
    .selectFrom('template_layers')
    .select(['id', 'value'])
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'final')
    .where('value', 'like', part)
    .$if(context.dialect === 'postgres', (query) => query.forUpdate())
    .execute();
  const others = await transaction
    .selectFrom('template_builds')
    .select('result')
    .where('result', 'like', part)
    .execute();
  if (others.some(({ result }) => isSame(result))) return false;
  const ids = kept.filter(({ value }) => isSame(value)).map(({ id }) => id);
  if (made.snapshotId !== null) ids.push(made.snapshotId);
  if (ids.length > 0) await transaction.deleteFrom('template_layers').where('id', 'in', ids).execute();
  return true;
}
