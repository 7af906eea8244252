import type { HostContext } from '../context.ts';
import { isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pause, withDeadline } from '../with-deadline.ts';

const tries = 5;

/**
 * Lets an instance go on that a save left standing still; tries it a few times. One that still does not answer is
 * later found to be lost.
 */
export async function thaw(host: HostContext, instance: TrackedInstance): Promise<void> {
  for (let left = tries; !isFinal(instance.record); left -= 1) {
    try {
      const thawing = host.engine.thaw(instance.id);
      await withDeadline(thawing, { what: 'letting the instance go on', ms: host.timing.thawMs });
      return;
    } catch (error) {
      if (left <= 1) throw error;
      await pause(host.timing.cleanRetryMs, host.closing.signal);
    }
  }
}
