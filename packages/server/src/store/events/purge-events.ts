import type { StoreContext } from '../context.ts';
import { inSteps, rowsAtOnce } from '../in-steps.ts';
import type { DatabaseTransaction } from '../schema.ts';
import type { PurgeLimits } from '../store.ts';

/** Deletes events that are too old, and of each tenant those beyond the number that stays. */
export async function purgeEvents(
  context: StoreContext,
  { eventsBefore, eventsKept }: PurgeLimits,
): Promise<number> {
  let total = 0;
  if (eventsBefore !== undefined) {
    total += await inSteps(context, (transaction) => deleteOld(transaction, eventsBefore));
  }
  if (eventsKept !== undefined) {
    const counters = await context.db
      .selectFrom('event_counters')
      .select(['tenant_id', 'last'])
      .where('last', '>', eventsKept)
      .execute();
    for (const { tenant_id, last } of counters) {
      total += await inSteps(context, (transaction) => deleteUpTo(transaction, tenant_id, last - eventsKept));
    }
  }
  return total;
}

async function deleteOld(transaction: DatabaseTransaction, before: number): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom('events')
    .where('id', 'in', (build) =>
      build.selectFrom('events').select('id').where('occurred_at', '<', before).limit(rowsAtOnce),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function deleteUpTo(
  transaction: DatabaseTransaction,
  tenantId: string,
  number: number,
): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom('events')
    .where('id', 'in', (build) =>
      build
        .selectFrom('events')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .where('number', '<=', number)
        .limit(rowsAtOnce),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
