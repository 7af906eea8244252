import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import { write } from '../write.ts';
import { forgetResult } from './forget-result.ts';
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
