import type { HostContext } from '../context.ts';
import { commit } from '../instance/commit.ts';
import { type End, isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { cleanUntilDone } from './clean.ts';
import { dropSurplus } from './forget.ts';

/** Ended instances that are kept for a server that does not ask. */
const keptEnded = 10_000;

/**
 * Makes the state of an instance final and has the machine cleaned after that. The first end of an instance wins;
 * every call resolves when that one is on disk.
 */
export function finish(host: HostContext, instance: TrackedInstance, end: End): Promise<void> {
  if (isFinal(instance.record)) return instance.finished ?? Promise.resolve();
  instance.record = { ...instance.record, ...end, ended_unix_ms: Date.now() };
  instance.ended.abort(end);
  host.deadlines.clear(instance.id);
  const { id: instance_id, sandboxId: sandbox_id } = instance;
  host.log.info({ instance_id, sandbox_id, ...end }, 'instance ended');
  host.reach('kill.before_journal');
  const finished = commit(instance, host.changes, { evenUnwritten: true }).catch((error) => {
    // Cleaning frees the disk and writes the journal again.
    host.log.error({ instance_id, sandbox_id, err: error }, 'the end could not be written');
  });
  instance.finished = finished;
  void instance.operations.run(async () => {
    await finished;
    host.reach('kill.after_journal');
    await cleanUntilDone(host, instance);
    await dropSurplus(host, keptEnded).catch((error) => {
      host.log.warn({ err: error }, 'old records could not be removed');
    });
  });
  return finished;
}
