import type { SnapshotDetail, SnapshotInfo } from 'nullspace';
import { timestamp } from './sandbox.ts';

/** A snapshot as the CLI prints it in JSON: the API's names. */
export function snapshotRecord(info: SnapshotInfo): Record<string, unknown> {
  return {
    id: info.id,
    sandbox_id: info.sandboxId,
    size_bytes: info.sizeBytes,
    created_at: timestamp(info.createdAt),
    metadata: info.metadata,
  };
}

/** The same with all that is known of it. */
export function snapshotDetailRecord(info: SnapshotDetail): Record<string, unknown> {
  const { config } = info;
  return {
    ...snapshotRecord(info),
    kind: info.kind,
    status: info.status,
    status_message: info.statusMessage ?? null,
    created_via: info.createdVia,
    template: info.template,
    config: { vcpus: config.vcpus, memory_mb: config.memoryMb, disk_mb: config.diskMb },
  };
}
