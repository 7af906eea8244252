import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import type { End, InstanceRecord } from '../instance/record.ts';
import { endPaused } from './end-paused.ts';
import { finish } from './finish.ts';

const reasons: readonly string[] = ['manual', 'timeout', 'host_lost'];

/**
 * Ends an instance, also one that is being made or paused, and with a paused one its snapshot; resolves when the end is on disk. One that has ended is left as
 * it is.
 *
 * @throws {HostError} `instance_not_found`, `invalid_request`
 */
export async function killInstance(
  host: HostContext,
  options: { sandboxId: string; reason: string },
): Promise<InstanceRecord> {
  const reason = options.reason || 'manual';
  if (!reasons.includes(reason)) {
    throw new HostError(
      'invalid_request',
      `reason is ${JSON.stringify(reason)}; it must be one of ${reasons.join(', ')}`,
      {
        field: 'reason',
      },
    );
  }
  const instance = host.registry.get(options.sandboxId);
  const end: End = { state: 'destroyed', reason: reason as End['reason'], message: 'ended by a call' };
  if (instance.record.state === 'paused') await endPaused(host, instance, end);
  else await finish(host, instance, end);
  return instance.published ?? instance.record;
}
