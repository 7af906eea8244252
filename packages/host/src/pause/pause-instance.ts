import type { HostContext } from '../context.ts';
import { requirePausable } from '../deadline/action.ts';
import { HostError } from '../errors.ts';
import type { InstanceRecord } from '../instance/record.ts';
import { requireState } from '../operation-table.ts';
import { refuseWhenDraining } from '../shutting-down.ts';
import { pauseRunning } from './pause-running.ts';

const reasons = ['manual', 'timeout'] as const;

/**
 * Saves an instance and frees the machine; resolves when the pause is on disk. A create under way is waited for, and
 * a paused one is left as it is.
 *
 * @throws {HostError} `instance_not_found`, `instance_not_running`, `invalid_request`, `disk_full`,
 *   `snapshot_failed`, `shutting_down`. The instance then runs on.
 */
export async function pauseInstance(
  host: HostContext,
  options: { sandboxId: string; reason: string },
): Promise<InstanceRecord> {
  const reason = reasons.find((known) => known === (options.reason || 'manual'));
  if (!reason) {
    throw new HostError(
      'invalid_request',
      `reason is ${JSON.stringify(options.reason)}; it must be one of ${reasons.join(', ')}`,
      { field: 'reason' },
    );
  }
  const instance = host.registry.get(options.sandboxId);
  return await instance.operations.run(async () => {
    if (instance.record.state !== 'paused') {
      refuseWhenDraining(host);
      requireState(instance.record, 'pause');
      requirePausable(instance.record);
      await pauseRunning(host, instance, reason);
    }
    return instance.published ?? instance.record;
  });
}
