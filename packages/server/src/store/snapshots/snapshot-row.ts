import type { Sandbox } from '../records.ts';
import type { SnapshotRow } from '../schema.ts';
import { savedSettings } from './saved-settings.ts';
import type { SavedSettings, Snapshot } from './snapshot.ts';

export function toSnapshot(row: SnapshotRow): Snapshot {
  return {
    ...(JSON.parse(row.settings) as SavedSettings),
    id: row.id,
    tenantId: row.tenant_id,
    sandboxId: row.sandbox_id,
    executionId: row.execution_id,
    kind: row.kind,
    status: row.status,
    createdVia: row.created_via,
    sizeBytes: row.size_bytes,
    metadata: JSON.parse(row.metadata),
    createdAt: row.created_at,
    corruptFile: row.corrupt_file,
  };
}

/** The row of a snapshot of that sandbox. */
export function toSnapshotRow(
  source: Sandbox,
  snapshot: Pick<Snapshot, 'id' | 'kind' | 'status' | 'createdVia' | 'sizeBytes' | 'metadata' | 'createdAt'>,
): SnapshotRow {
  return {
    id: snapshot.id,
    tenant_id: source.tenantId,
    sandbox_id: source.id,
    execution_id: source.executionId,
    kind: snapshot.kind,
    status: snapshot.status,
    created_via: snapshot.createdVia,
    size_bytes: snapshot.sizeBytes,
    metadata: JSON.stringify(snapshot.metadata),
    settings: JSON.stringify(savedSettings(source)),
    created_at: snapshot.createdAt,
    corrupt_file: null,
  };
}
