import type { StoreContext } from './context.ts';
import { dialectOf } from './dialect.ts';
import { recordEvent } from './events/record-event.ts';
import { eventsOfChange } from './events/sandbox-events.ts';
import { prepare } from './prepare.ts';
import type { SandboxChange } from './records.ts';
import { toSandbox } from './sandbox-row.ts';
import { isFinal } from './sandbox-status.ts';
import type { DatabaseTransaction, SandboxRow } from './schema.ts';
import { insertSnapshotRow } from './snapshots/insert-snapshot.ts';
import { toSnapshotRow } from './snapshots/snapshot-row.ts';
import { useUpPauseSnapshot } from './snapshots/use-up.ts';
import type { UpdateResult } from './store.ts';
import { write } from './write.ts';

export async function updateSandbox(
  context: StoreContext,
  id: string,
  change: SandboxChange,
): Promise<UpdateResult> {
  // Once an end is recorded its host forgets it, so it must not get lost; what no host has is ended again.
  const durability = change.status && isFinal(change.status) && !change.unmade ? 'now' : 'soon';
  return write(context, durability, async (transaction) => {
    const { rows } = await findRow(transaction, { id });
    const row = rows[0];
    if (!row) {
      return { applied: false, sandbox: undefined };
    }
    const changed = isOutdated(row, change) ? {} : changedColumns(row, change);
    if (Object.keys(changed).length === 0) {
      return { applied: false, sandbox: toSandbox(row) };
    }
    await updateRow(transaction, { ...changed, id });
    if (changed.status) await updateLabels(transaction, { id, status: changed.status });
    const after = { ...row, ...changed };
    await changeSnapshots(transaction, row, after, change);
    for (const event of eventsOfChange(row, after, change)) await recordEvent(transaction, event);
    return { applied: true, sandbox: toSandbox(after), previous: row.status };
  });
}

const findRow = prepare((db, { id }: Pick<SandboxRow, 'id'>) =>
  db
    .selectFrom('sandboxes')
    .selectAll()
    .where('id', '=', id)
    .$if(dialectOf(db) === 'postgres', (query) => query.forNoKeyUpdate()),
);

const updateRow = prepare((db, { id, ...changed }: Pick<SandboxRow, 'id'> & Partial<SandboxRow>) =>
  db.updateTable('sandboxes').set(changed).where('id', '=', id),
);

const updateLabels = prepare((db, { id, status }: Pick<SandboxRow, 'id' | 'status'>) =>
  db.updateTable('sandbox_labels').set({ status }).where('sandbox_id', '=', id),
);

/** Whether a change tells of a time before what is recorded. */
export function isOutdated(
  row: Pick<SandboxRow, 'status' | 'revision'>,
  { status, revision }: Pick<SandboxChange, 'status' | 'revision'>,
): boolean {
  return (
    isFinal(row.status) ||
    (status === 'creating' && row.status !== 'creating') ||
    // What a host says of the time before the pause. A resumed one is another sandbox.
    (status === 'running' && row.status === 'paused') ||
    (revision !== undefined && revision > 0 && revision <= row.revision)
  );
}

function changedColumns(row: SandboxRow, change: SandboxChange): Partial<SandboxRow> {
  const told: Partial<SandboxRow> = {
    status: change.status,
    host_id: change.hostId,
    disk_mb: change.diskMb,
    timeout_ms: change.timeoutMs,
    timeout_action: change.timeoutAction,
    network: change.network === undefined ? undefined : JSON.stringify(change.network),
    traffic_token: change.trafficToken && (row.traffic_token ?? change.trafficToken),
    internet_access: change.internetAccess === undefined ? undefined : Number(change.internetAccess),
    deadline_at: change.deadlineAt,
    started_at: change.startedAt,
    ended_at: change.endedAt,
    reason: storable(change.reason),
    message: storable(change.message),
    phases: change.phases && JSON.stringify(change.phases),
    warm_pool: askedPool(row, change),
    revision: change.revision || undefined,
  };
  if (change.status && isFinal(change.status)) {
    told.ended_at ??= Date.now();
    told.resuming_as = null;
  }
  const entries = Object.entries(told) as [keyof SandboxRow, SandboxRow[keyof SandboxRow]][];
  return Object.fromEntries(
    entries.filter(([column, value]) => value !== undefined && value !== row[column]),
  );
}

function askedPool({ warm_pool }: SandboxRow, { checkout }: SandboxChange): string | undefined {
  return warm_pool !== null && checkout
    ? JSON.stringify({ ...JSON.parse(warm_pool), ...checkout })
    : undefined;
}

/** A pause brings its snapshot with it, and takes it along when the sandbox ends. */
async function changeSnapshots(
  transaction: DatabaseTransaction,
  before: SandboxRow,
  after: SandboxRow,
  { pause }: SandboxChange,
): Promise<void> {
  if (after.status === before.status) return;
  if (after.status === 'paused' && pause) {
    const source = toSandbox(after);
    await insertSnapshotRow(
      transaction,
      toSnapshotRow(source, {
        id: pause.snapshotId,
        kind: 'memory',
        status: 'ready',
        createdVia: 'hibernate',
        sizeBytes: pause.sizeBytes,
        metadata: source.metadata,
        createdAt: pause.createdAt,
      }),
    );
  } else if (before.status === 'paused') {
    await useUpPauseSnapshot(transaction, after.execution_id ?? after.id);
  }
}

// PostgreSQL has no place for the character NUL, which may come from a guest.
function storable(text: string | null | undefined): string | null | undefined {
  return text?.replaceAll('\0', '\uFFFD') ?? text;
}
