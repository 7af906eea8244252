import type { HostContext } from '../context.ts';
import { cleanUntilDone } from '../end/clean.ts';
import { dropRecord } from '../end/forget.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/** Goes on with what an earlier process did not finish after an end. */
export function resumeCleaning(host: HostContext, instance: TrackedInstance): void {
  // What the last commit of that process did not reach is written by this one's.
  instance.ended.abort();
  instance.finished = Promise.resolve();
  if (!instance.record.clean) {
    void instance.operations.run(() => cleanUntilDone(host, instance));
  } else if (instance.record.forgotten) {
    void dropRecord(host, instance).catch((error) => {
      host.log.warn({ instance_id: instance.id, err: error }, 'a forgotten record could not be removed');
    });
  }
}
