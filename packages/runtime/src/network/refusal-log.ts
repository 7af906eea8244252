import type { Refusal, Refusals } from '../engine.ts';

/** Different refusals of one guest that are kept. */
const MOST_KEPT = 100;

/** Names are what guests have written, and are shown in terminals. */
const printable = (name: string) => name.replace(/[^\x21-\x7e]/g, '?').slice(0, 253);

/** What of a guest was not let through lately: bounded, since the guest decides how much it is. */
export function createRefusalLog(now: () => number = Date.now) {
  /** Those seen last come last. */
  const kept = new Map<string, Refusal>();
  let total = 0;
  return {
    add(refusal: Omit<Refusal, 'count' | 'firstUnixMs' | 'lastUnixMs'>): void {
      const { protocol, address, port, reason } = refusal;
      const name = printable(refusal.name);
      const key = JSON.stringify([protocol, address, port, name, reason]);
      const before = kept.get(key);
      const lastUnixMs = now();
      total += 1;
      kept.delete(key);
      kept.set(key, {
        ...{ protocol, address, port, name, reason },
        count: (before?.count ?? 0) + 1,
        firstUnixMs: before?.firstUnixMs ?? lastUnixMs,
        lastUnixMs,
      });
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    },
    /** Newest first. */
    read: (): Refusals => ({ total, latest: [...kept.values()].reverse() }),
  };
}

export type RefusalLog = ReturnType<typeof createRefusalLog>;
