import type { SetTimeoutRequest } from '@nullspace/contract';
import { readHostError } from '@nullspace/host';
import { notImplemented } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { Sandbox } from '../store/records.ts';
import { atMost } from './check-create.ts';
import { notReady } from './ended.ts';
import type { SandboxAddress } from './sandbox-finder.ts';

/** Replaces the deadline of a running sandbox: now plus `timeout_ms`. */
export async function setSandboxTimeout(
  context: Context,
  address: SandboxAddress,
  body: SetTimeoutRequest,
): Promise<Sandbox> {
  const { store, fleet, finder, settings } = context;
  if (body.timeout_action === 'hibernate') throw notImplemented('pausing at the deadline (timeout_action)');
  atMost('timeout_ms', body.timeout_ms, settings.max_timeout_ms);
  const sandbox = await finder.read(address);
  if (sandbox.status !== 'running') throw notReady(sandbox);
  const deadlineAt = Date.now() + body.timeout_ms;
  try {
    const { instance } = await fleet.call((client) =>
      client.setDeadline({ sandboxId: sandbox.id, deadlineUnixMs: BigInt(deadlineAt) }),
    );
    if (instance) await fleet.projection.onChanged(instance);
  } catch (error) {
    const code = readHostError(error)?.code;
    if (code !== 'instance_not_found' && code !== 'instance_not_running') throw error;
    throw notReady(await finder.read(address));
  }
  const result = await store.updateSandbox(sandbox.id, {
    timeoutMs: body.timeout_ms,
    timeoutAction: 'destroy',
  });
  return result.sandbox ?? sandbox;
}
