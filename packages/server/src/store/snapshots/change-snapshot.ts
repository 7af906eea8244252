import type { StoreContext } from '../context.ts';
import type { EventActor } from '../events/event.ts';
import { recordEvent } from '../events/record-event.ts';
import { write } from '../write.ts';
import type { SavedSnapshot, Snapshot } from './snapshot.ts';
import { snapshotEvent } from './snapshot-events.ts';
import { toSnapshot } from './snapshot-row.ts';

/** Notes that a snapshot is there. Undefined: it is not being saved (any more). */
export async function finishSnapshot(
  context: StoreContext,
  id: string,
  { sizeBytes, createdAt, actor = 'user' }: SavedSnapshot & { actor?: EventActor },
): Promise<Snapshot | undefined> {
  return write(context, 'now', async (transaction) => {
    const row = await transaction
      .updateTable('snapshots')
      .set({ status: 'ready', size_bytes: sizeBytes, created_at: createdAt })
      .where('id', '=', id)
      .where('status', '=', 'saving')
      .returningAll()
      .executeTakeFirst();
    if (!row) return undefined;
    const snapshot = toSnapshot(row);
    await recordEvent(transaction, snapshotEvent(snapshot, { status: 'succeeded', actor }));
    return snapshot;
  });
}

/** Forgets a snapshot that could not be saved. False: it is not being saved (any more). */
export async function dropSnapshot(
  context: StoreContext,
  id: string,
  failure: { code: string; message: string; actor?: EventActor },
): Promise<boolean> {
  return write(context, 'now', async (transaction) => {
    const row = await transaction
      .deleteFrom('snapshots')
      .where('id', '=', id)
      .where('status', '=', 'saving')
      .returningAll()
      .executeTakeFirst();
    if (!row) return false;
    const { code: errorCode, message: errorMessage, actor = 'user' } = failure;
    await recordEvent(
      transaction,
      snapshotEvent(toSnapshot(row), { status: 'failed', actor, errorCode, errorMessage }),
    );
    return true;
  });
}

/** Forgets a snapshot. False: there was none. */
export async function deleteSnapshot(context: StoreContext, id: string): Promise<boolean> {
  const { numDeletedRows } = await write(context, 'now', (transaction) =>
    transaction.deleteFrom('snapshots').where('id', '=', id).executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}

/** Notes that a file of a snapshot is damaged: nothing can be started from it any more. */
export async function markSnapshotCorrupt(context: StoreContext, id: string, file: string): Promise<void> {
  await write(context, 'soon', (transaction) =>
    transaction
      .updateTable('snapshots')
      .set({ status: 'corrupt', corrupt_file: file.slice(0, 255).replaceAll('\0', '\uFFFD') })
      .where('id', '=', id)
      .where('status', '=', 'ready')
      .execute(),
  );
}
