import type { Changes } from '../changes.ts';
import { writeJournal } from './journal.ts';
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
    const { record, published } = instance;
    if (record === published) return;
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
    const seen = published?.state === record.state && published.deadline_unix_ms === record.deadline_unix_ms;
    if (!seen) changes.publish(instance);
  });
}
