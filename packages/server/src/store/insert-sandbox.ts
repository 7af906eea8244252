import type { StoreContext } from './context.ts';
import { recordEvent } from './events/record-event.ts';
import { requestedEvent } from './events/sandbox-events.ts';
import { bindClaim } from './idempotency.ts';
import type { IdempotencyClaim, NewSandbox } from './records.ts';
import { metadataLabels, templateLabel } from './sandbox-labels.ts';
import { toSandbox, toSandboxRow } from './sandbox-row.ts';
import { liveStatuses } from './sandbox-status.ts';
import type { DatabaseTransaction, NewLabelRow } from './schema.ts';
import type { InsertResult } from './store.ts';
import { StoreError } from './store-error.ts';
import { write } from './write.ts';

export async function insertSandbox(
  context: StoreContext,
  sandbox: NewSandbox,
  { maxLive, claim }: { maxLive: number; claim?: IdempotencyClaim },
): Promise<InsertResult> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, sandbox.tenantId);
    const live = await countLiveUpTo(transaction, sandbox.tenantId, maxLive);
    if (live >= maxLive) {
      return { inserted: false, live };
    }
    await insertRows(transaction, [sandbox]);
    if (claim) {
      await bindClaim(transaction, claim, sandbox.id);
    }
    await recordEvent(transaction, requestedEvent(sandbox));
    return { inserted: true, sandbox: toSandbox(toSandboxRow(sandbox)) };
  });
}

/** Inserts sandboxes with what they are found by, however many their tenants have. */
export async function insertRows(transaction: DatabaseTransaction, sandboxes: NewSandbox[]): Promise<void> {
  const labels = sandboxes.flatMap(labelRows);
  for (const rows of inParts(sandboxes.map(toSandboxRow))) {
    await transaction.insertInto('sandboxes').values(rows).execute();
  }
  for (const rows of inParts(labels)) {
    await transaction.insertInto('sandbox_labels').values(rows).execute();
  }
}

function labelRows(sandbox: NewSandbox): NewLabelRow[] {
  const labels = [templateLabel(sandbox.template), ...metadataLabels(sandbox.metadata)];
  return labels.map((label) => ({
    sandbox_id: sandbox.id,
    tenant_id: sandbox.tenantId,
    label,
    status: sandbox.status ?? 'creating',
    created_at: sandbox.createdAt,
  }));
}

// Makes inserts of one tenant wait for each other, so that the count before each is still true at its end. SQLite
// has one writer at a time anyway.
export async function lockTenant(
  { dialect }: StoreContext,
  transaction: DatabaseTransaction,
  id: string,
): Promise<void> {
  const tenant = await transaction
    .selectFrom('tenants')
    .select('id')
    .where('id', '=', id)
    .$if(dialect === 'postgres', (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  if (!tenant) {
    throw new StoreError('conflict', `There is no tenant ${id}.`);
  }
}

/** Sandboxes that take up memory, and paused ones that are coming up again; more than `limit` are not counted. */
export async function countLiveUpTo(
  transaction: DatabaseTransaction,
  tenantId: string,
  limit: number,
): Promise<number> {
  const { live } = await transaction
    .selectFrom((build) =>
      build
        .selectFrom('sandboxes')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .where('status', 'in', liveStatuses)
        .limit(limit)
        .as('found'),
    )
    .select((build) => build.fn.countAll<number>().as('live'))
    .executeTakeFirstOrThrow();
  const { resuming } = await transaction
    .selectFrom('sandboxes')
    .select((build) => build.fn.countAll<number>().as('resuming'))
    .where('tenant_id', '=', tenantId)
    .where('resuming_as', 'is not', null)
    .executeTakeFirstOrThrow();
  return live + resuming;
}

// Databases limit how many values one statement may carry.
const rowsAtOnce = 500;

function* inParts<T>(rows: T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    yield rows.slice(start, start + rowsAtOnce);
  }
}
