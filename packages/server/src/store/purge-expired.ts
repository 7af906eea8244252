import type { StoreContext } from './context.ts';
import { purgeEvents } from './events/purge-events.ts';
import { inSteps, rowsAtOnce } from './in-steps.ts';
import { finalStatuses } from './sandbox-status.ts';
import type { DatabaseTransaction } from './schema.ts';
import type { PurgeLimits, PurgeResult } from './store.ts';

export async function purgeExpired(context: StoreContext, limits: PurgeLimits): Promise<PurgeResult> {
  const { now, endedBefore } = limits;
  return {
    sandboxes: await inSteps(context, (transaction) => deleteEnded(transaction, endedBefore)),
    idempotencyKeys: await inSteps(context, (transaction) => deleteExpiredKeys(transaction, now)),
    events: await purgeEvents(context, limits),
  };
}

async function deleteEnded(transaction: DatabaseTransaction, endedBefore: number): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom('sandboxes')
    .where('id', 'in', (build) =>
      build
        .selectFrom('sandboxes')
        .select('id')
        .where('status', 'in', finalStatuses)
        .where('ended_at', '<', endedBefore)
        .limit(rowsAtOnce),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function deleteExpiredKeys(transaction: DatabaseTransaction, now: number): Promise<number> {
  const expired = await transaction
    .selectFrom('idempotency_keys')
    .select(['tenant_id', 'method', 'path', 'key', 'claim_id'])
    .where('status', 'in', ['in_progress', 'done'])
    .where('expires_at', '<=', now)
    .limit(rowsAtOnce)
    .execute();
  for (const key of expired) {
    await transaction
      .deleteFrom('idempotency_keys')
      .where(({ and }) => and(key))
      .execute();
  }
  return expired.length;
}
