import type { HostContext } from '../context.ts';
import { commit } from '../instance/commit.ts';
import { type End, isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { release } from './release.ts';

/**
 * Makes the state of an instance final and has the machine cleaned after that. The first end of an instance wins;
 * every call resolves when that one is on disk.
 */
export function finish(host: HostContext, instance: TrackedInstance, end: End): Promise<void> {
  if (isFinal(instance.record)) return instance.finished ?? Promise.resolve();
  // Of one that was nobody's, nobody has to be told.
  const forgotten = instance.sandboxId === '';
  instance.record = { ...instance.record, ...end, ended_unix_ms: Date.now(), forgotten };
  const { id: instance_id, sandboxId: sandbox_id } = instance;
  host.log.info({ instance_id, sandbox_id, ...end }, 'instance ended');
  host.reach('kill.before_journal');
  instance.finished = commit(instance, host.changes, { evenUnwritten: true }).catch((error) => {
    // Cleaning frees the disk and writes the journal again.
    host.log.error({ instance_id, sandbox_id, err: error }, 'the end could not be written');
  });
  release(host, instance, end);
  return instance.finished;
}
