import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { TimeoutAction } from '../store/records.ts';

/**
 * Refuses what would make one more snapshot than the tenant may have. A pause by a deadline is never refused; so a
 * sandbox may only be told to pause by itself while there is room.
 *
 * @throws {ApiError} `quota_exceeded`.
 */
export async function requireSnapshotRoom(
  { store, settings }: Context,
  { tenantId, timeoutAction }: { tenantId: string; timeoutAction?: TimeoutAction },
): Promise<void> {
  if (timeoutAction === 'destroy') return;
  const count = await store.countSnapshots(tenantId);
  if (count >= settings.tenant_max_snapshots) throw tooManySnapshots(count, settings.tenant_max_snapshots);
}

export function tooManySnapshots(count: number, limit: number): ApiError {
  return new ApiError(
    'quota_exceeded',
    { problem: `This tenant has ${count} snapshots and may have ${limit}` },
    { details: { limit, snapshots: count } },
  );
}
