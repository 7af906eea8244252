import type { HostContext } from '../context.ts';
import type { End } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { cleanUntilDone } from './clean.ts';
import { dropSurplus } from './forget.ts';

/** Ended instances that are kept for a server that does not ask. */
const keptEnded = 10_000;

/** Stops all that watches an instance whose state is final, and has the machine cleaned once that is on disk. */
export function release(host: HostContext, instance: TrackedInstance, end: End): void {
  instance.ended.abort(end);
  host.deadlines.clear(instance.id);
  void instance.operations.run(async () => {
    await instance.finished;
    host.reach('kill.after_journal');
    await cleanUntilDone(host, instance);
    await dropSurplus(host, keptEnded).catch((error) => {
      host.log.warn({ err: error }, 'old records could not be removed');
    });
  });
}
