import { isIdLike } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { Snapshot } from '../store/snapshots/snapshot.ts';

/** A snapshot of a tenant. */
export interface SnapshotAddress {
  tenantId: string;
  snapshotId: string;
}

/** The answer for a snapshot that is not there, or is another tenant's. */
export function unknownSnapshot(snapshotId: string, why = ''): ApiError {
  const shown = snapshotId.slice(0, 100);
  return new ApiError('snapshot_not_found', { snapshot_id: shown, why }, { details: { snapshot_id: shown } });
}

export function corruptSnapshot(snapshotId: string, file: string): ApiError {
  return new ApiError(
    'snapshot_corrupt',
    { snapshot_id: snapshotId, file: file ? `: its file ${file} does not match its digest` : '' },
    { details: { snapshot_id: snapshotId, ...(file ? { file } : {}) } },
  );
}

/**
 * A snapshot that is there, damaged or not.
 *
 * @throws {ApiError} `snapshot_not_found`.
 */
export async function findSnapshot(context: Context, address: SnapshotAddress): Promise<Snapshot> {
  const snapshot = await lookUpSnapshot(context, address);
  if (snapshot.status === 'used') {
    throw unknownSnapshot(snapshot.id, `: sandbox ${snapshot.sandboxId} was resumed from it or has ended`);
  }
  return snapshot;
}

/**
 * The same, also for one whose sandbox has gone on.
 *
 * @throws {ApiError} `snapshot_not_found`.
 */
export async function lookUpSnapshot(
  { store }: Context,
  { tenantId, snapshotId: id }: SnapshotAddress,
): Promise<Snapshot> {
  const snapshot = isIdLike(id) ? await store.getSnapshot({ tenantId, id }) : undefined;
  if (!snapshot || snapshot.status === 'saving') throw unknownSnapshot(id);
  return snapshot;
}
