import { dirname } from 'node:path';
import { syncFolder } from '@nullspace/service';
import type { HostContext } from '../context.ts';
import { syncJournal } from '../instance/journal.ts';
import type { InstanceRecord } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { perform } from '../perform.ts';
import { Save } from '../snapshots/save.ts';
import { sumLater } from '../snapshots/sum-later.ts';
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
  const remainingMs = timeLeft(instance.record);
  const save = new Save(host, instance, { snapshotId, kind: 'memory', purpose: 'pause' });
  await instance.standStill(
    () =>
      perform(host, instance, 'pause', {
        begin: { run: () => save.begin(), undo: () => save.discard() },
        freeze: {
          run: () => quietAgent(host, instance, reason),
          undo: () => wakeAgent(host, instance),
        },
        save: { run: () => save.write(), undo: () => thaw(host, instance) },
        record: {
          run: async () => {
            // Where the machine ends before it says `paused`, the journal tells whose pause this is.
            const { folder } = instance;
            await Promise.all([save.complete(), syncJournal(folder), syncFolder(dirname(folder))]);
          },
          // Before the instance goes on: from then on its snapshot would be out of date.
          undo: () => save.discard(),
        },
        journal: {
          run: () => becomePaused(host, instance, { reason, snapshot: save.record, remainingMs }),
        },
      }),
    { pausing: true },
  );
  void sumLater(host, snapshotId);
}

function timeLeft({ deadline_unix_ms: at }: InstanceRecord): number {
  return at === 0 ? 0 : Math.max(0, at - Date.now());
}
