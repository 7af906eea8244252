import type { Cgroups } from '../cgroups/cgroups.ts';
import type { Ended } from '../engine.ts';
import { isAlive, type ProcessIdentity } from '../processes/identity.ts';
import { explainEnd } from './explain-end.ts';

interface Watched {
  id: string;
  folder: string;
  sandbox: ProcessIdentity;
}

interface Entry extends Watched {
  ended: PromiseWithResolvers<Ended>;
  done: boolean;
}

/**
 * Notices the end of instances. They are no children of ours, after a restart least of all, so their first process is
 * looked at a few times a second: about 10 µs a look, and with many instances the looks are spread out.
 */
export function createWatch(cgroups: Cgroups) {
  const entries = new Map<string, Entry>();
  const expected = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (timer !== undefined || entries.size === 0) return;
    timer = setTimeout(look, Math.max(200, entries.size));
    timer.unref();
  }

  function look(): void {
    timer = undefined;
    for (const entry of entries.values()) if (!entry.done && !isAlive(entry.sandbox)) void conclude(entry);
    schedule();
  }

  async function conclude(entry: Entry): Promise<void> {
    if (entry.done || expected.has(entry.id)) return;
    entry.done = true;
    entry.ended.resolve(await explainEnd(entry, cgroups.group(entry.id)));
  }

  return {
    add(instance: Watched): void {
      if (entries.has(instance.id)) return;
      entries.set(instance.id, { ...instance, ended: Promise.withResolvers(), done: false });
      schedule();
    },
    /** Looks at one instance now. */
    async check(id: string): Promise<void> {
      const entry = entries.get(id);
      if (!entry || expected.has(id) || isAlive(entry.sandbox)) return;
      await conclude(entry);
      await entry.ended.promise;
    },
    /** Tells those who wait for the end of an instance how it ended. */
    conclude(id: string, ended: Ended): void {
      const entry = entries.get(id);
      if (!entry || entry.done) return;
      entry.done = true;
      entry.ended.resolve(ended);
    },
    /** From here on the end of the instance is ours. */
    expectKill(id: string): void {
      if (entries.has(id)) expected.add(id);
    },
    /** The instance goes on after all. */
    expectNothing(id: string): void {
      expected.delete(id);
    },
    /** Forgets an instance; those who still wait for its end are told `ended`. */
    remove(id: string, ended: Ended): void {
      entries.get(id)?.ended.resolve(ended);
      entries.delete(id);
      expected.delete(id);
    },
    /** The end of an instance; undefined when it is not watched. */
    ended: (id: string): Promise<Ended> | undefined => entries.get(id)?.ended.promise,
  };
}

export type Watch = ReturnType<typeof createWatch>;
