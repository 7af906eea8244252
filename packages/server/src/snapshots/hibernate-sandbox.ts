import type { Context } from '../context.ts';
import { notReady } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import type { Sandbox } from '../store/records.ts';
import type { Snapshot } from '../store/snapshots/snapshot.ts';
import { findSnapshot } from './find-snapshot.ts';
import { pauseSnapshotId } from './pause-snapshot-id.ts';
import { isNotRunning, toSaveFailure } from './save-failure.ts';
import { requireSnapshotRoom } from './snapshot-quota.ts';

/** A pause that the host has not finished after this is given up; published clients wait for 300 s. */
const PAUSE_MS = 290_000;

/**
 * Pauses a running sandbox and resolves with the snapshot of its pause; of a paused one with that which is there. It
 * goes on when the caller has gone. When it fails, the sandbox runs on.
 */
export async function hibernateSandbox(context: Context, address: SandboxAddress): Promise<Snapshot> {
  const sandbox = await context.finder.read(address);
  if (sandbox.status === 'paused') return findPause(context, sandbox);
  if (sandbox.status !== 'running') throw notReady(sandbox);
  await requireSnapshotRoom(context, { tenantId: sandbox.tenantId });
  await context.store.recordEvent({ ...eventOf(sandbox), status: 'requested' });
  try {
    await pauseInstance(context, sandbox);
    return await findPause(context, sandbox);
  } catch (error) {
    throw await describeFailure(context, sandbox, error);
  }
}

async function pauseInstance({ fleet }: Context, sandbox: Sandbox): Promise<void> {
  const { instance } = await fleet.call((client) =>
    client.pauseInstance({ sandboxId: sandbox.id, reason: 'manual' }, { timeoutMs: PAUSE_MS }),
  );
  if (!instance) throw new Error('the host answered a pause without an instance');
  await fleet.projection.onChanged(instance);
}

async function findPause(context: Context, { id, tenantId }: Sandbox): Promise<Snapshot> {
  return findSnapshot(context, { tenantId, snapshotId: pauseSnapshotId(id) });
}

/** Another call or the deadline may have been first: then that is the answer, and not a failed pause. */
async function describeFailure(context: Context, sandbox: Sandbox, error: unknown): Promise<unknown> {
  if (isNotRunning(error)) return context.finder.explainRefusal(sandbox);
  const failure = toSaveFailure(error, sandbox.id);
  await context.store.recordEvent({
    ...eventOf(sandbox),
    status: 'failed',
    errorCode: failure.code,
    errorMessage: failure.message,
  });
  return failure;
}

function eventOf({ id, tenantId, metadata }: Sandbox) {
  return {
    tenantId,
    operation: 'hibernate' as const,
    actor: 'user' as const,
    sandboxId: id,
    snapshotId: pauseSnapshotId(id),
    metadata,
  };
}
