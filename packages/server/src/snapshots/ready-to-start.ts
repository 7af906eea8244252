import type { Context } from '../context.ts';
import type { Snapshot } from '../store/snapshots/snapshot.ts';
import { corruptSnapshot, findSnapshot, type SnapshotAddress } from './find-snapshot.ts';

/**
 * A snapshot from which sandboxes can be started.
 *
 * @throws {ApiError} `snapshot_not_found`, `snapshot_corrupt`.
 */
export async function readyToStart(context: Context, address: SnapshotAddress): Promise<Snapshot> {
  const snapshot = await findSnapshot(context, address);
  if (snapshot.status === 'corrupt') throw corruptSnapshot(snapshot.id, snapshot.corruptFile ?? '');
  return snapshot;
}
