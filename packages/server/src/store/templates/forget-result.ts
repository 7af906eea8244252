import type { StoreContext } from '../context.ts';
import type { DatabaseTransaction } from '../schema.ts';
import type { BuildResult } from './template.ts';

/** Takes a result out of what later builds find, unless another build has it. True: nothing names it any more. */
export async function forgetResult(
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
