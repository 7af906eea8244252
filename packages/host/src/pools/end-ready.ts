import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/** Ends an instance of a pool that nobody has taken. */
export function endReady(host: HostContext, instance: TrackedInstance): void {
  void finish(host, instance, {
    state: 'destroyed',
    reason: 'manual',
    message: 'its pool no longer needs it',
  });
}
