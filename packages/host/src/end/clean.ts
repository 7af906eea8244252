import type { HostContext } from '../context.ts';
import { commit } from '../instance/commit.ts';
import { emptyFolder } from '../instance/journal.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pause, withDeadline } from '../with-deadline.ts';
import { dropRecord } from './forget.ts';

/** Frees all that an ended instance holds, again and again until nothing is left or the host closes. */
export async function cleanUntilDone(host: HostContext, instance: TrackedInstance): Promise<void> {
  const { cleanRetryMs, cleanRetryMostMs } = host.timing;
  const { signal } = host.closing;
  for (let delay = cleanRetryMs; !signal.aborted; delay = Math.min(delay * 2, cleanRetryMostMs)) {
    try {
      await cleanOnce(host, instance);
      return;
    } catch (error) {
      const { id: instance_id, sandboxId: sandbox_id } = instance;
      host.log.warn({ instance_id, sandbox_id, retry_ms: delay, err: error }, 'cleaning failed');
    }
    await pause(delay, signal);
  }
}

async function cleanOnce(host: HostContext, instance: TrackedInstance): Promise<void> {
  const within = (what: string, step: Promise<unknown>) =>
    withDeadline(step, { what, ms: host.timing.cleanStepMs });
  await within('ending the instance', host.engine.kill(instance.id));
  if (instance.pending.size > 0) {
    // A start that was given up may still bring the instance up, or take a slot.
    await within('a step of the start', Promise.allSettled(instance.pending));
    await within('ending the instance', host.engine.kill(instance.id));
  }
  host.reservations.release(instance.id);
  host.reach('kill.after_engine');
  await releaseSlot(host, instance);
  host.reach('kill.after_slot');
  // In turn with commits, whose half-written journal would be taken for leftovers.
  await instance.writes.run(() => emptyFolder(instance.folder));
  host.reach('kill.after_folder');
  instance.record = { ...instance.record, clean: true };
  await commit(instance, host.changes);
  host.reach('kill.after_clean');
  if (instance.record.forgotten) await dropRecord(host, instance);
}

async function releaseSlot(host: HostContext, instance: TrackedInstance): Promise<void> {
  if (!instance.slot) return;
  // Asked once: when an answer is late, the slot may belong to another instance by the time it comes.
  instance.releasing ??= host.network.release(instance.slot).catch((error) => {
    instance.releasing = undefined;
    throw error;
  });
  await withDeadline(instance.releasing, { what: 'giving the slot back', ms: host.timing.cleanStepMs });
  instance.slot = undefined;
}
