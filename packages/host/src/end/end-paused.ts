import type { HostContext } from '../context.ts';
import { commit } from '../instance/commit.ts';
import type { End } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/** Ends a paused instance for good, together with what there is of its snapshot. Resolves when that is on disk. */
export async function endPaused(host: HostContext, instance: TrackedInstance, end: End): Promise<void> {
  await instance.operations.run(async () => {
    const { state, pause_snapshot_id: snapshotId } = instance.record;
    if (state !== 'paused') return;
    const { id: instance_id, sandboxId: sandbox_id } = instance;
    host.log.info({ instance_id, sandbox_id, ...end }, 'paused instance ended');
    instance.record = { ...instance.record, ...end, ended_unix_ms: Date.now(), pause_snapshot: null };
    await commit(instance, host.changes, { evenUnwritten: true }).catch((error) => {
      // Without its snapshot the next start of the host ends it too.
      host.log.error({ instance_id, sandbox_id, err: error }, 'the end could not be written');
    });
    await host.snapshots.discard(snapshotId);
  });
}
