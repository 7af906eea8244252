import type { Changes } from '../changes.ts';
import { writeJournal } from './journal.ts';
import { type InstanceRecord, isFinal } from './record.ts';
import type { TrackedInstance } from './tracked-instance.ts';

/**
 * Puts the newest record on disk, then tells those who watch. With `evenUnwritten` they are told also when the
 * disk refuses, since an end must be heard of; the error is thrown all the same.
 */
export function commit(
  instance: TrackedInstance,
  changes: Changes,
  options: { evenUnwritten?: boolean } = {},
): Promise<void> {
  return instance.writes.run(async () => {
    const { published } = instance;
    if (instance.record === published) return;
    const visible = !published || differs(published, instance.record);
    if (visible) instance.record = { ...instance.record, revision: nextRevision(instance.record) };
    const { record } = instance;
    try {
      await writeJournal(instance.folder, record);
    } catch (error) {
      if (!options.evenUnwritten) throw error;
      // A copy, so that the next commit writes it.
      instance.published = { ...record };
      changes.publish(instance);
      throw error;
    }
    instance.published = record;
    if (visible) changes.publish(instance);
  });
}

/**
 * Puts a change of a live instance on disk before anything else sees it. False when the instance was ended
 * meanwhile: that end stands, also on disk.
 */
export function commitUnlessEnded(
  instance: TrackedInstance,
  changes: Changes,
  options: { change: Partial<InstanceRecord>; evenUnwritten: boolean },
): Promise<boolean> {
  return instance.writes.run(async () => {
    if (isFinal(instance.record)) return false;
    const record = { ...instance.record, ...options.change, revision: nextRevision(instance.record) };
    await writeJournal(instance.folder, record).catch((error) => {
      if (!options.evenUnwritten) throw error;
    });
    // The commit of an end that came meanwhile is next.
    if (isFinal(instance.record)) return false;
    instance.record = record;
    // A copy, so that the next commit writes what this one could not.
    instance.published = { ...record };
    changes.publish(instance);
    return true;
  });
}

/** True when a change is one that watchers see. */
function differs(before: InstanceRecord, after: InstanceRecord): boolean {
  return (['sandbox_id', 'state', 'deadline_unix_ms', 'deadline_action'] as const).some(
    (name) => before[name] !== after[name],
  );
}

// Above every earlier one of the instance, those included that no journal tells of any more.
function nextRevision({ revision }: InstanceRecord): number {
  return Math.max(revision + 1, Date.now());
}
