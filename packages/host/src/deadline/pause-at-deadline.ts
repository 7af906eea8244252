import type { HostContext } from '../context.ts';
import type { InstanceRecord } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pauseRunning } from '../pause/pause-running.ts';

/**
 * Pauses an instance whose time is over. When that fails it runs on, since ending it would lose what it holds, and
 * the pause is tried again, more and more rarely.
 */
export async function pauseAtDeadline(
  host: HostContext,
  instance: TrackedInstance,
  retryMs = host.timing.pauseRetryMs,
): Promise<void> {
  const { id: instance_id, sandboxId: sandbox_id } = instance;
  const again = () => {
    const next = Math.min(retryMs * 2, host.timing.pauseRetryMostMs);
    host.deadlines.set(instance.id, Date.now() + retryMs, () => void pauseAtDeadline(host, instance, next));
  };
  await instance.operations.run(async () => {
    // The deadline may have been moved while other operations took their turns.
    if (!isDue(instance.record) || host.closing.signal.aborted) return;
    try {
      await pauseRunning(host, instance, 'timeout');
    } catch (error) {
      if (!isDue(instance.record)) return;
      host.log.error({ instance_id, sandbox_id, retry_ms: retryMs, err: error }, 'pause failed');
      again();
    }
  });
}

function isDue({ state, deadline_unix_ms: at, deadline_action }: InstanceRecord): boolean {
  return state === 'running' && deadline_action === 'pause' && at > 0 && at <= Date.now();
}
