import type { StoreContext } from '../context.ts';
import { recordEvent } from '../events/record-event.ts';
import { bindClaim } from '../idempotency.ts';
import { lockTenant } from '../insert-sandbox.ts';
import { metadataLabels } from '../sandbox-labels.ts';
import type { DatabaseTransaction, SnapshotRow } from '../schema.ts';
import { write } from '../write.ts';
import type { NewSnapshot, Snapshot } from './snapshot.ts';
import { snapshotEvent } from './snapshot-events.ts';
import { toSnapshot, toSnapshotRow } from './snapshot-row.ts';

export type InsertSnapshotResult =
  | { inserted: true; snapshot: Snapshot }
  /** The tenant has as many snapshots as it may have. */
  | { inserted: false; count: number };

export async function insertSnapshot(
  context: StoreContext,
  { id, source, kind, metadata, createdAt, claim }: NewSnapshot,
  { maxSnapshots }: { maxSnapshots: number },
): Promise<InsertSnapshotResult> {
  const row = toSnapshotRow(source, {
    id,
    kind,
    status: 'saving',
    createdVia: 'snapshot',
    sizeBytes: 0,
    metadata,
    createdAt,
  });
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, source.tenantId);
    const count = await countSnapshots({ db: transaction }, source.tenantId);
    if (count >= maxSnapshots) return { inserted: false, count };
    await insertSnapshotRow(transaction, row);
    if (claim) await bindClaim(transaction, claim, id);
    const snapshot = toSnapshot(row);
    await recordEvent(transaction, snapshotEvent(snapshot, { status: 'requested', actor: 'user' }));
    return { inserted: true, snapshot };
  });
}

/** Inserts a snapshot with what it is found by. */
export async function insertSnapshotRow(transaction: DatabaseTransaction, row: SnapshotRow): Promise<void> {
  await transaction.insertInto('snapshots').values(row).execute();
  const labels = metadataLabels(JSON.parse(row.metadata));
  if (labels.length === 0) return;
  await transaction
    .insertInto('snapshot_labels')
    .values(labels.map((label) => ({ snapshot_id: row.id, label })))
    .execute();
}

/** Snapshots of a tenant that take up disk, those that are being saved too. */
export async function countSnapshots(
  { db }: { db: Pick<DatabaseTransaction, 'selectFrom'> },
  tenantId: string,
): Promise<number> {
  const { count } = await db
    .selectFrom('snapshots')
    .select((build) => build.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['saving', 'ready', 'corrupt'])
    .executeTakeFirstOrThrow();
  return count;
}
