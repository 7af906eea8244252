import type { HostContext } from '../context.ts';
import { endPaused } from '../end/end-paused.ts';
import { finish } from '../end/finish.ts';
import type { End, InstanceRecord } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { becomePaused } from '../pause/become-paused.ts';
import { resumeCleaning } from './resume-cleaning.ts';

/**
 * Ends an instance that no longer runs. One whose pause was on disk when it was lost is paused: it stood still from
 * then on.
 */
export async function endLost(host: HostContext, instance: TrackedInstance): Promise<void> {
  const { pause_snapshot_id: id, deadline_unix_ms: at } = instance.record;
  const snapshot = host.snapshots.find(id);
  if (snapshot?.instance_id !== instance.id)
    return finish(host, instance, describeLoss(host, instance.record));
  const remainingMs = at === 0 ? 0 : Math.max(0, at - snapshot.created_unix_ms);
  const reason = at > 0 && remainingMs === 0 ? 'timeout' : 'manual';
  await becomePaused(host, instance, { reason, snapshot, remainingMs, evenUnwritten: true });
}

/** A paused instance stays so while its snapshot is there. */
export async function checkPaused(host: HostContext, instance: TrackedInstance): Promise<void> {
  const { pause_snapshot_id: id, forgotten } = instance.record;
  if (!forgotten && !host.snapshots.find(id)) {
    const message = 'the snapshot of its pause is missing';
    await endPaused(host, instance, { state: 'error', reason: 'host_lost', message });
  }
  resumeCleaning(host, instance);
}

function describeLoss(host: HostContext, record: InstanceRecord): End {
  if (record.boot_id !== host.machine.bootId) {
    return { state: 'error', reason: 'host_lost', message: 'the machine was restarted' };
  }
  if (record.state === 'creating') {
    return { state: 'error', reason: 'host_lost', message: 'the host was restarted while it was created' };
  }
  return { state: 'error', reason: 'guest_crash', message: 'it ended while the host was away' };
}
