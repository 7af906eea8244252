import type { SetTimeoutRequest } from '@nullspace/contract';
import { atMost } from '../at-most.ts';
import type { Context } from '../context.ts';
import { isNotRunning } from '../snapshots/save-failure.ts';
import { requireSnapshotRoom } from '../snapshots/snapshot-quota.ts';
import type { Sandbox } from '../store/records.ts';
import { notReady } from './ended.ts';
import type { SandboxAddress } from './sandbox-finder.ts';
import { toDeadlineAction } from './to-host-request.ts';

/** Replaces the deadline of a running sandbox: now plus `timeout_ms`; and, if asked for, what happens then. */
export async function setSandboxTimeout(
  context: Context,
  address: SandboxAddress,
  body: SetTimeoutRequest,
): Promise<Sandbox> {
  const { store, fleet, finder, settings } = context;
  atMost('timeout_ms', body.timeout_ms, settings.max_timeout_ms);
  const sandbox = await finder.read(address);
  if (sandbox.status !== 'running') throw notReady(sandbox);
  const timeoutAction = body.timeout_action ?? sandbox.timeoutAction;
  if (body.timeout_action) await requireSnapshotRoom(context, { tenantId: sandbox.tenantId, timeoutAction });
  const deadlineAt = Date.now() + body.timeout_ms;
  try {
    const { instance } = await fleet.call((client) =>
      client.setDeadline({
        sandboxId: sandbox.id,
        deadlineUnixMs: BigInt(deadlineAt),
        deadlineAction: toDeadlineAction(timeoutAction),
      }),
    );
    if (instance) await fleet.projection.onChanged(instance);
  } catch (error) {
    if (!isNotRunning(error)) throw error;
    throw await finder.explainRefusal(sandbox);
  }
  const result = await store.updateSandbox(sandbox.id, {
    timeoutMs: body.timeout_ms,
    timeoutAction,
  });
  return result.sandbox ?? sandbox;
}
