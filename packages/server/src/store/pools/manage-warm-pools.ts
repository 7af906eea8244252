import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import { prepare } from '../prepare.ts';
import type { DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';
import type { WarmPool, WarmPoolAddress, WarmPoolChange, WarmPoolResult } from './warm-pool.ts';
import { applyChange, toWarmPool, toWarmPoolRow } from './warm-pool-row.ts';

export async function insertWarmPool(
  context: StoreContext,
  pool: WarmPool,
  { maxReady }: { maxReady: number },
): Promise<WarmPoolResult> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, pool.tenantId);
    const others = await readAll(transaction, pool.tenantId);
    if (others.some(({ id }) => id === pool.id)) return { outcome: 'taken' };
    const ready = sumOf(others);
    if (ready + pool.maxReady > maxReady) return { outcome: 'full', ready };
    await transaction.insertInto('warm_pools').values(toWarmPoolRow(pool)).execute();
    return { outcome: 'done', pool };
  });
}

export async function getWarmPool(
  { db }: StoreContext,
  { tenantId, id }: WarmPoolAddress,
): Promise<WarmPool | undefined> {
  const { rows } = await findRow(db, { tenantId, id });
  return rows[0] && toWarmPool(rows[0]);
}

const findRow = prepare((db, { tenantId, id }: WarmPoolAddress) =>
  db.selectFrom('warm_pools').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id),
);

export async function listWarmPools(
  { db }: StoreContext,
  { tenantId }: { tenantId?: string } = {},
): Promise<WarmPool[]> {
  const rows = await db
    .selectFrom('warm_pools')
    .selectAll()
    .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId!))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toWarmPool);
}

export async function updateWarmPool(
  context: StoreContext,
  { tenantId, id }: WarmPoolAddress,
  options: { change: WarmPoolChange; now: number; maxReady: number; from?: WarmPool['state'] },
): Promise<WarmPoolResult | undefined> {
  const { change, now, maxReady, from } = options;
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, tenantId);
    const all = await readAll(transaction, tenantId);
    const before = all.find((pool) => pool.id === id);
    if (!before || (from !== undefined && before.state !== from)) return undefined;
    const pool = applyChange(before, change, now);
    const ready = sumOf(all) - before.maxReady;
    // One that shrinks may, also when the bound has become lower.
    if (pool.maxReady > before.maxReady && ready + pool.maxReady > maxReady)
      return { outcome: 'full', ready };
    await transaction
      .updateTable('warm_pools')
      .set(toWarmPoolRow(pool))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .execute();
    return { outcome: 'done', pool };
  });
}

export async function deleteWarmPool(
  context: StoreContext,
  { tenantId, id }: WarmPoolAddress,
): Promise<boolean> {
  const { numDeletedRows } = await write(context, 'now', (transaction) =>
    transaction
      .deleteFrom('warm_pools')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}

async function readAll(transaction: DatabaseTransaction, tenantId: string): Promise<WarmPool[]> {
  const rows = await transaction
    .selectFrom('warm_pools')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .execute();
  return rows.map(toWarmPool);
}

function sumOf(pools: readonly WarmPool[]): number {
  return pools.reduce((sum, pool) => sum + pool.maxReady, 0);
}
