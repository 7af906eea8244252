import { create } from '@bufbuild/protobuf';
import { host } from '@nullspace/proto';
import { presentSpec } from '../instance/present-spec.ts';
import type { SnapshotRecord } from './record.ts';

const kinds = {
  memory: host.SnapshotKind.MEMORY,
  filesystem: host.SnapshotKind.FILESYSTEM,
};

/** The record of a snapshot as clients see it. */
export function presentSnapshot(record: SnapshotRecord): host.Snapshot {
  return create(host.SnapshotSchema, {
    snapshotId: record.snapshot_id,
    sandboxId: record.sandbox_id,
    kind: kinds[record.kind],
    sizeBytes: BigInt(record.size_bytes),
    createdUnixMs: BigInt(record.created_unix_ms),
    spec: presentSpec(record.spec),
    corruptFile: record.corrupt_file,
    frozenMs: record.frozen_ms,
  });
}
