import type { StoreContext } from '../context.ts';
import { maxFilterPairs } from '../list-sandboxes.ts';
import { metadataLabels } from '../sandbox-labels.ts';
import { StoreError } from '../store-error.ts';
import type { Snapshot, SnapshotPage, SnapshotQuery } from './snapshot.ts';
import { toSnapshot } from './snapshot-row.ts';

export async function getSnapshot(
  { db }: StoreContext,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<Snapshot | undefined> {
  const row = await db
    .selectFrom('snapshots')
    .selectAll()
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row && toSnapshot(row);
}

export async function listStoredSnapshots({ db }: StoreContext): Promise<Snapshot[]> {
  const rows = await db
    .selectFrom('snapshots')
    .selectAll()
    .where('status', '!=', 'used')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toSnapshot);
}

export async function listSnapshots({ db }: StoreContext, query: SnapshotQuery): Promise<SnapshotPage> {
  const labels = metadataLabels(query.metadata ?? {});
  if (labels.length > maxFilterPairs) {
    throw new StoreError('invalid_value', `A list can be filtered by at most ${maxFilterPairs} pairs.`);
  }
  const { after, sandboxId } = query;
  let found = db
    .selectFrom('snapshots')
    .selectAll()
    .where('tenant_id', '=', query.tenantId)
    .where('status', 'in', ['ready', 'corrupt'])
    .$if(sandboxId !== undefined, (all) => all.where('sandbox_id', '=', sandboxId!))
    .$if(after !== undefined, (all) =>
      all.where((build) =>
        build(build.refTuple('created_at', 'id'), '<', build.tuple(after!.createdAt, after!.id)),
      ),
    );
  for (const label of labels) {
    found = found.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('snapshot_labels')
          .select('label')
          .whereRef('snapshot_labels.snapshot_id', '=', 'snapshots.id')
          .where('label', '=', label),
      ),
    );
  }
  const rows = await found
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const items = rows.slice(0, query.limit).map(toSnapshot);
  const last = items.at(-1);
  const next = rows.length > query.limit && last ? { createdAt: last.createdAt, id: last.id } : undefined;
  return { items, next };
}
