import type { Context } from '../context.ts';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Sandbox } from '../store/records.ts';
import { endedSandbox } from './ended.ts';
import type { SandboxAddress } from './sandbox-finder.ts';

/**
 * Ends a sandbox with all that runs in it; a paused one with the snapshot of its pause. What it held on the machine is
 * released after the answer.
 *
 * @throws {ApiError} `sandbox_not_found`, also for one that has ended and for an id that a resume has replaced;
 * `host_unavailable`.
 */
export async function destroySandbox(context: Context, address: SandboxAddress): Promise<void> {
  await context.pauses.inTurn(pauseSnapshotId(address.sandboxId), async () => {
    const sandbox = await context.finder.readExact(address);
    if (sandbox.status !== 'error') await endInstance(context, sandbox);
    await recordEnd(context, sandbox);
  });
}

async function endInstance({ fleet }: Context, sandbox: Sandbox): Promise<void> {
  // A resume of which nobody knows how far it came must not bring the sandbox back.
  const { resumingAs } = sandbox;
  if (resumingAs !== null) await fleet.call(() => fleet.projection.kill(resumingAs, 'manual'));
  const instance = await fleet.call(() => fleet.projection.kill(sandbox.id, 'manual'));
  if (sandbox.status === 'paused') {
    await fleet.call((client) => client.deleteSnapshot({ snapshotId: pauseSnapshotId(sandbox.id) }));
  }
  if (instance) await fleet.projection.onChanged(instance);
}

async function recordEnd({ store, fleet }: Context, sandbox: Sandbox): Promise<void> {
  const { applied, sandbox: now } = await store.updateSandbox(sandbox.id, {
    status: 'destroyed',
    reason: 'manual',
    message: 'Destroyed by a call.',
    endedAt: Date.now(),
  });
  fleet.live.end(sandbox.id);
  // Its deadline or another call was first.
  if (!applied && now && now.status === 'destroyed' && now.reason !== 'manual') throw endedSandbox(now);
}
