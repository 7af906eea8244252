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
    aliases: await inSteps(context, (transaction) => deleteOrphans(transaction, 'sandbox_aliases')),
    snapshots: await inSteps(context, (transaction) => deleteOrphans(transaction, 'snapshots')),
    previewGrants: await inSteps(context, (transaction) => deleteOrphans(transaction, 'preview_grants')),
    sshAccesses: await inSteps(context, (transaction) => deleteOrphans(transaction, 'ssh_accesses')),
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

/** Deletes names that lead to an execution of which no sandbox is remembered any more. */
async function deleteOrphans(
  transaction: DatabaseTransaction,
  table: 'sandbox_aliases' | 'snapshots' | 'preview_grants' | 'ssh_accesses',
): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom(table)
    .where('id', 'in', (build) =>
      build
        .selectFrom(table)
        .select(`${table}.id`)
        .$if(table === 'snapshots', (query) => query.where('snapshots.status', '=', 'used'))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('sandboxes')
                .select('sandboxes.id')
                .whereRef('sandboxes.execution_id', '=', `${table}.execution_id`),
            ),
          ),
        )
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
