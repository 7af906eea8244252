import type { SnapshotDetail as WireDetail, SnapshotInfo as WireSnapshot } from '@nullspace/contract';
import { date } from '../client/date.ts';
import { readConfig } from '../sandboxes/read-info.ts';
import type { SnapshotDetail, SnapshotInfo } from './types.ts';

export function readSnapshot(wire: WireSnapshot): SnapshotInfo {
  return {
    id: wire.id,
    sandboxId: wire.sandbox_id,
    sizeBytes: wire.size_bytes,
    createdAt: date(wire.created_at),
    metadata: wire.metadata ?? {},
  };
}

/** Fields to ask for, since without asking the API leaves out what published clients do not know. */
export const detailFields = [
  'id',
  'sandbox_id',
  'size_bytes',
  'created_at',
  'metadata',
  'kind',
  'status',
  'status_message',
  'created_via',
  'template',
  'config',
] as const satisfies (keyof WireDetail)[];

export function readDetail(wire: WireDetail): SnapshotDetail {
  return {
    ...readSnapshot(wire),
    kind: wire.kind,
    status: wire.status,
    statusMessage: wire.status_message ?? undefined,
    createdVia: wire.created_via,
    template: wire.template,
    config: readConfig(wire.config),
  };
}
