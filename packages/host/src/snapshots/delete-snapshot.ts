import type { HostContext } from '../context.ts';
import { requireSnapshotId } from './id.ts';

/**
 * Removes a snapshot and frees its disk. Restores from it that are under way end first; what was started from it is
 * not touched. Unknown ids are fine.
 *
 * @throws {HostError} `invalid_request`
 */
export async function deleteSnapshot(host: HostContext, snapshotId: string): Promise<void> {
  requireSnapshotId('snapshot_id', snapshotId);
  const record = host.snapshots.find(snapshotId);
  // Those of forks and of pauses under way are none of the caller's.
  if (!record || record.purpose === 'fork' || host.registry.find(record.sandbox_id)?.pausing) return;
  await host.snapshots.discard(snapshotId);
  host.log.info({ snapshot_id: snapshotId, size_bytes: record.size_bytes }, 'snapshot removed');
}
