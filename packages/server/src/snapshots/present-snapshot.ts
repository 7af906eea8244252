import type { SnapshotDetail, SnapshotInfo } from '@nullspace/contract';
import type { Snapshot } from '../store/snapshots/snapshot.ts';

/** A snapshot as the API shows it. */
export function presentSnapshot(snapshot: Snapshot): SnapshotInfo {
  return {
    id: snapshot.id,
    sandbox_id: snapshot.sandboxId,
    size_bytes: snapshot.sizeBytes,
    created_at: new Date(snapshot.createdAt).toISOString(),
    metadata: snapshot.metadata,
  };
}

/** The same with everything that can be asked for. */
export function detailSnapshot(snapshot: Snapshot): SnapshotDetail {
  const { vcpus, memoryMb, diskMb, corruptFile } = snapshot;
  return {
    ...presentSnapshot(snapshot),
    kind: snapshot.kind,
    status: snapshot.status === 'corrupt' ? 'corrupt' : 'ready',
    status_message: corruptFile === null ? null : `Its file ${corruptFile} is damaged.`,
    created_via: snapshot.createdVia,
    template: snapshot.template,
    config: { vcpus, memory_mb: memoryMb, disk_mb: diskMb },
  };
}
