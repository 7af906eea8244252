import type { StoreContext } from './context.ts';
import { recordEvent } from './events/record-event.ts';
import { requestedEvent } from './events/sandbox-events.ts';
import { bindClaim } from './idempotency.ts';
import { countLiveUpTo, insertRows, lockTenant } from './insert-sandbox.ts';
import type { IdempotencyClaim, NewSandbox, Sandbox } from './records.ts';
import { toSandbox } from './sandbox-row.ts';
import { write } from './write.ts';

/** Inserts the children of a fork as `creating`: all of them, or none when they are more than the tenant may have. */
export async function insertFork(
  context: StoreContext,
  children: NewSandbox[],
  { maxLive, claim }: { maxLive: number; claim?: IdempotencyClaim | undefined },
): Promise<{ inserted: true } | { inserted: false; live: number }> {
  const [first] = children as [NewSandbox, ...NewSandbox[]];
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, first.tenantId);
    const live = await countLiveUpTo(transaction, first.tenantId, maxLive);
    if (live + children.length > maxLive) return { inserted: false, live };
    await insertRows(transaction, children);
    if (claim) await bindClaim(transaction, claim, first.id);
    for (const child of children) await recordEvent(transaction, requestedEvent(child));
    return { inserted: true };
  });
}

/** The children that were made by one fork, in no particular order. */
export async function listFork({ db }: StoreContext, forkId: string): Promise<Sandbox[]> {
  const rows = await db
    .selectFrom('sandboxes')
    .selectAll()
    .where('fork_id', '=', forkId)
    .orderBy('id')
    .execute();
  return rows.map(toSandbox);
}
