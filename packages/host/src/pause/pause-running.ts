import type { HostContext } from '../context.ts';
import type { InstanceRecord } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { perform } from '../perform.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { saveInstance } from '../snapshots/save.ts';
import { becomePaused } from './become-paused.ts';
import { quietAgent, wakeAgent } from './quiet-agent.ts';
import { thaw } from './thaw.ts';

/** Pauses a running instance. It is the instance's turn. When a step fails, the instance runs on as before. */
export async function pauseRunning(
  host: HostContext,
  instance: TrackedInstance,
  reason: 'manual' | 'timeout',
): Promise<void> {
  const { pause_snapshot_id: snapshotId } = instance.record;
  const { snapshots } = host;
  const remainingMs = timeLeft(instance.record);
  let saved: SnapshotRecord | undefined;
  await instance.standStill(
    () =>
      perform(host, instance, 'pause', {
        freeze: {
          run: () => quietAgent(host, instance, reason),
          undo: () => wakeAgent(host, instance),
        },
        save: {
          run: async () => {
            saved = await saveInstance(host, instance, { snapshotId, kind: 'memory', purpose: 'pause' });
          },
          undo: () => thaw(host, instance),
        },
        record: {
          run: () => snapshots.complete(saved!),
          // Before the instance goes on: from then on its snapshot would be out of date.
          undo: () => snapshots.discard(snapshotId),
        },
        journal: {
          run: () => becomePaused(host, instance, { reason, snapshot: saved!, remainingMs }),
        },
      }),
    { pausing: true },
  );
}

function timeLeft({ deadline_unix_ms: at }: InstanceRecord): number {
  return at === 0 ? 0 : Math.max(0, at - Date.now());
}
