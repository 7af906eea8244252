import type { HostContext } from '../context.ts';
import { release } from '../end/release.ts';
import { commitUnlessEnded } from '../instance/commit.ts';
import type { End, InstanceRecord } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { describeState } from '../operation-table.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

/**
 * Makes a saved instance a paused one, on disk first, and has the machine cleaned after that. An end that comes
 * before wins.
 *
 * @throws {HostError} `instance_not_running`; the error of a disk that refuses.
 */
export async function becomePaused(
  host: HostContext,
  instance: TrackedInstance,
  pause: {
    reason: 'manual' | 'timeout';
    snapshot: SnapshotRecord;
    remainingMs: number;
    /** Nothing of it runs, so that it is paused whether the disk takes it or not. */
    evenUnwritten?: boolean;
  },
): Promise<void> {
  const { reason, snapshot, remainingMs, evenUnwritten = false } = pause;
  const end: End = { state: 'paused', reason, message: '' };
  const change: Partial<InstanceRecord> = {
    ...end,
    ended_unix_ms: Date.now(),
    pause_snapshot: snapshot,
    remaining_ms: remainingMs,
  };
  const paused = await commitUnlessEnded(instance, host.changes, { change, evenUnwritten });
  if (!paused) throw describeState(instance.record);
  const { id: instance_id, sandboxId: sandbox_id } = instance;
  host.log.info({ instance_id, sandbox_id, reason, size_bytes: snapshot.size_bytes }, 'instance paused');
  instance.finished = Promise.resolve();
  release(host, instance, end);
}
