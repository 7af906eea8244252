import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { findSnapshot, type SnapshotAddress, unknownSnapshot } from './find-snapshot.ts';

/**
 * Deletes a snapshot and frees its disk. Sandboxes that were made from it go on.
 *
 * @throws {ApiError} `snapshot_not_found`; `snapshot_in_use` while a paused sandbox resumes from it.
 */
export async function deleteSnapshot(context: Context, address: SnapshotAddress): Promise<void> {
  const { store, fleet } = context;
  const { id, createdVia, sandboxId } = await findSnapshot(context, address);
  if (createdVia === 'hibernate') {
    throw new ApiError(
      'snapshot_in_use',
      { snapshot_id: id, user: `the paused sandbox ${sandboxId}` },
      { details: { snapshot_id: id, sandbox_id: sandboxId } },
    );
  }
  await fleet.call((client) => client.deleteSnapshot({ snapshotId: id }));
  // Another call was first.
  if (!(await store.deleteSnapshot(id))) throw unknownSnapshot(id);
}
