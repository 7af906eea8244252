import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pauseAtDeadline } from './pause-at-deadline.ts';

/** Lets the deadline in the record of a running instance fire. */
export function setDeadlineTimer(host: HostContext, instance: TrackedInstance): void {
  const { state, deadline_unix_ms: at } = instance.record;
  host.deadlines.clear(instance.id);
  if (state !== 'running' || at === 0) return;
  host.deadlines.set(instance.id, at, () => void atDeadline(host, instance));
}

async function atDeadline(host: HostContext, instance: TrackedInstance): Promise<void> {
  if (instance.record.deadline_action === 'pause') return pauseAtDeadline(host, instance);
  // A pause that began before the deadline stops the clock; only when it fails does time go on.
  if (instance.pausing) {
    await instance.operations.idle();
    return setDeadlineTimer(host, instance);
  }
  await finish(host, instance, {
    state: 'destroyed',
    reason: 'timeout',
    message: 'its time to live was over',
  });
}
