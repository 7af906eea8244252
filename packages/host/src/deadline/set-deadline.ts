import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { commit } from '../instance/commit.ts';
import { type InstanceRecord, isFinal } from '../instance/record.ts';
import { describeState } from '../operation-table.ts';
import { type DeadlineAction, requirePausable } from './action.ts';
import { setDeadlineTimer } from './deadline-timer.ts';

/**
 * Moves the absolute deadline of a running instance; 0 takes it away, one in the past fires at once.
 * Waits for a create under way.
 *
 * @throws {HostError} `instance_not_found`, `instance_not_running`, `instance_paused`, `invalid_request`, `disk_full`
 */
export async function setDeadline(
  host: HostContext,
  options: { sandboxId: string; deadlineUnixMs: number; action?: DeadlineAction },
): Promise<InstanceRecord> {
  const latest = Date.now() + host.settings.max_timeout_ms;
  const { sandboxId, deadlineUnixMs, action } = options;
  if (!Number.isSafeInteger(deadlineUnixMs) || deadlineUnixMs < 0 || deadlineUnixMs > latest) {
    throw new HostError(
      'invalid_request',
      `deadline_unix_ms is ${deadlineUnixMs}; it must be 0 or a time before ${latest}`,
      { field: 'deadline_unix_ms' },
    );
  }
  const instance = host.registry.get(sandboxId);
  refuseEnded(instance.record);
  if (action === 'pause') requirePausable(instance.record);
  return instance.operations.run(async () => {
    refuseEnded(instance.record);
    const before = instance.record;
    instance.record = {
      ...before,
      deadline_unix_ms: deadlineUnixMs,
      deadline_action: action ?? before.deadline_action,
    };
    try {
      await commit(instance, host.changes);
    } catch (error) {
      const { deadline_unix_ms, deadline_action } = before;
      instance.record = { ...instance.record, deadline_unix_ms, deadline_action };
      throw error;
    }
    setDeadlineTimer(host, instance);
    return instance.published ?? instance.record;
  });
}

// A create under way is waited for.
function refuseEnded(record: InstanceRecord): void {
  if (isFinal(record)) throw describeState(record);
}
