import { isIdLike } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { unknownSandbox } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import type { EventFilter } from '../store/events/read-events.ts';

/**
 * Checks that the tenant has or had the sandbox: its record or an event of it is kept.
 *
 * @throws {ApiError} `sandbox_not_found`.
 */
export async function demandSandbox(
  { store }: Context,
  { tenantId, sandboxId }: SandboxAddress,
): Promise<void> {
  const isKnown =
    isIdLike(sandboxId) &&
    ((await store.getSandbox({ tenantId, id: sandboxId })) !== undefined ||
      (await store.followAlias({ tenantId, id: sandboxId })) !== undefined ||
      (await hasEvents({ store }, { tenantId, anySandboxId: sandboxId })));
  if (!isKnown) throw unknownSandbox(sandboxId);
}

/**
 * Checks that the tenant has or had the snapshot.
 *
 * @throws {ApiError} `snapshot_not_found`.
 */
export async function demandSnapshot(
  { store }: Context,
  { tenantId, snapshotId }: { tenantId: string; snapshotId: string },
): Promise<void> {
  const isKnown =
    isIdLike(snapshotId) &&
    ((await store.getSnapshot({ tenantId, id: snapshotId })) !== undefined ||
      (await hasEvents({ store }, { tenantId, snapshotId })));
  if (isKnown) return;
  const snapshot_id = snapshotId.slice(0, 100);
  throw new ApiError('snapshot_not_found', { snapshot_id }, { details: { snapshot_id } });
}

async function hasEvents({ store }: Pick<Context, 'store'>, filter: EventFilter): Promise<boolean> {
  return (await store.listEvents(filter, { order: 'desc', offset: 0, limit: 1 })).length > 0;
}
