import type { StoreContext } from './context.ts';
import { recordEvent } from './events/record-event.ts';
import { requestedEvent } from './events/sandbox-events.ts';
import { bindClaim } from './idempotency.ts';
import { prepare } from './prepare.ts';
import type { IdempotencyClaim, NewSandbox } from './records.ts';
import { metadataLabels, templateLabel } from './sandbox-labels.ts';
import { toSandbox, toSandboxRow } from './sandbox-row.ts';
import { liveStatuses } from './sandbox-status.ts';
import type { DatabaseTransaction, NewLabelRow, SandboxRow } from './schema.ts';
import type { InsertResult } from './store.ts';
import { StoreError } from './store-error.ts';
import { toStoreError } from './translate-errors.ts';
import { write } from './write.ts';

export async function insertSandbox(
  context: StoreContext,
  sandbox: NewSandbox,
  { maxLive, claim }: { maxLive: number; claim?: IdempotencyClaim },
): Promise<InsertResult> {
  const { writes } = context;
  // Where the disk can be waited for later, it is.
  const live = await write(context, writes ? 'soon' : 'now', async (transaction) => {
    // SQLite has one writer at a time, and its foreign key refuses a tenant that is not there.
    if (context.dialect === 'postgres') await lockTenant(context, transaction, sandbox.tenantId);
    const live = await countLiveUpTo(transaction, sandbox.tenantId, maxLive);
    if (live >= maxLive) return live;
    await insertRows(transaction, [sandbox]);
    if (claim) await bindClaim(transaction, claim, sandbox.id);
    await recordEvent(transaction, requestedEvent(sandbox));
    return undefined;
  });
  if (live !== undefined) return { inserted: false, live };
  const onDisk = waitForDisk(writes);
  onDisk.catch(() => undefined);
  return { inserted: true, sandbox: toSandbox(toSandboxRow(sandbox)), onDisk };
}

/** PostgreSQL has waited for the disk already. */
async function waitForDisk(writes: StoreContext['writes']): Promise<void> {
  await writes?.onDisk().catch((error: unknown) => {
    throw toStoreError(error);
  });
}

/** Inserts sandboxes with what they are found by, however many their tenants have. */
export async function insertRows(transaction: DatabaseTransaction, sandboxes: NewSandbox[]): Promise<void> {
  const labels = sandboxes.flatMap(labelRows);
  for (const rows of inParts(sandboxes.map(toSandboxRow))) {
    if (rows.length === 1) await insertRow(transaction, rows[0]!);
    else await transaction.insertInto('sandboxes').values(rows).execute();
  }
  for (const rows of inParts(labels)) {
    if (rows.length === 1) await insertLabel(transaction, rows[0]!);
    else await transaction.insertInto('sandbox_labels').values(rows).execute();
  }
}

const insertRow = prepare((db, row: SandboxRow) => db.insertInto('sandboxes').values(row));
const insertLabel = prepare((db, row: NewLabelRow) => db.insertInto('sandbox_labels').values(row));

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
  const { rows } = await countLive(transaction, { tenantId, limit });
  const { live, resuming } = rows[0]!;
  return Number(live) + Number(resuming);
}

const countLive = prepare((db, { tenantId, limit }: { tenantId: string; limit: number }) =>
  db.selectNoFrom(({ selectFrom }) => [
    selectFrom((build) =>
      build
        .selectFrom('sandboxes')
        .select('id')
        .where('tenant_id', '=', tenantId)
        .where('status', 'in', liveStatuses)
        .limit(limit)
        .as('found'),
    )
      .select((build) => build.fn.countAll<number>().as('count'))
      .$castTo<{ count: number }>()
      .as('live'),
    selectFrom('sandboxes')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('tenant_id', '=', tenantId)
      .where('resuming_as', 'is not', null)
      .as('resuming'),
  ]),
);

// Databases limit how many values one statement may carry.
const rowsAtOnce = 500;

function* inParts<T>(rows: T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    yield rows.slice(start, start + rowsAtOnce);
  }
}
