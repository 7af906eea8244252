import type { Context } from '../context.ts';
import { endedSandbox } from './ended.ts';
import type { SandboxAddress } from './sandbox-finder.ts';

/**
 * Ends a sandbox with all that runs in it. What it held on the machine is released after the answer.
 *
 * @throws {ApiError} `sandbox_not_found`, also for one that has ended; `host_unavailable`.
 */
export async function destroySandbox(context: Context, address: SandboxAddress): Promise<void> {
  const { store, fleet, finder } = context;
  const sandbox = await finder.read(address);
  if (sandbox.status !== 'error') {
    const instance = await fleet.call(() => fleet.projection.kill(sandbox.id, 'manual'));
    if (instance) await fleet.projection.onChanged(instance);
  }
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
