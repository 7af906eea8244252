import type { HostContext } from './context.ts';
import { finish } from './end/finish.ts';
import { HostError } from './errors.ts';
import { commit } from './instance/commit.ts';
import { type InstanceRecord, isFinal } from './instance/record.ts';
import type { TrackedInstance } from './instance/tracked-instance.ts';

/**
 * Moves the absolute deadline of a running instance; 0 takes it away, one in the past ends the instance at once.
 * Waits for a create under way.
 *
 * @throws {HostError} `instance_not_found`, `instance_not_running`, `invalid_request`, `disk_full`
 */
export async function setDeadline(
  host: HostContext,
  options: { sandboxId: string; deadlineUnixMs: number },
): Promise<InstanceRecord> {
  const latest = Date.now() + host.settings.max_timeout_ms;
  const { sandboxId, deadlineUnixMs } = options;
  if (!Number.isSafeInteger(deadlineUnixMs) || deadlineUnixMs < 0 || deadlineUnixMs > latest) {
    throw new HostError(
      'invalid_request',
      `deadline_unix_ms is ${deadlineUnixMs}; it must be 0 or a time before ${latest}`,
      { field: 'deadline_unix_ms' },
    );
  }
  const instance = host.registry.get(sandboxId);
  refuseEnded(instance);
  return instance.operations.run(async () => {
    refuseEnded(instance);
    const before = instance.record;
    instance.record = { ...before, deadline_unix_ms: deadlineUnixMs };
    try {
      await commit(instance, host.changes);
    } catch (error) {
      instance.record = { ...instance.record, deadline_unix_ms: before.deadline_unix_ms };
      throw error;
    }
    setDeadlineTimer(host, instance);
    return instance.published ?? instance.record;
  });
}

function refuseEnded({ record }: TrackedInstance): void {
  if (!isFinal(record)) return;
  throw new HostError('instance_not_running', `sandbox ${record.sandbox_id} has ended (${record.reason})`, {
    field: 'sandbox_id',
  });
}

/** Lets the deadline in the record of a running instance fire. */
export function setDeadlineTimer(host: HostContext, instance: TrackedInstance): void {
  const { state, deadline_unix_ms: at } = instance.record;
  host.deadlines.clear(instance.id);
  if (state !== 'running' || at === 0) return;
  host.deadlines.set(instance.id, at, () => {
    void finish(host, instance, {
      state: 'destroyed',
      reason: 'timeout',
      message: 'its time to live was over',
    });
  });
}
