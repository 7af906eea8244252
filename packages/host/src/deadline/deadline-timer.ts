import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

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
