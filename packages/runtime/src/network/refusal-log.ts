import type { Refusal, Refusals } from '../engine.ts';

/** Different refusals of one guest that are kept. */
const MOST_KEPT = 100;

/** Names are what guests have written, and are shown in terminals. */
const printable = (name: string) => name.replace(/[^\x21-\x7e]/g, '?').slice(0, 253);

const keyOf = ({ protocol, address, port, name, reason }: Omit<Refusal, Counted>) =>
  JSON.stringify([protocol, address, port, name, reason]);

type Counted = 'count' | 'firstUnixMs' | 'lastUnixMs';

/**
 * What of a guest was not let through lately: bounded, since the guest decides how much it is. It goes on after what an earlier
 * process has seen of the guest.
 */
export function createRefusalLog({ now = Date.now, before }: { now?: () => number; before?: Refusals } = {}) {
  /** Those seen last come last. */
  const kept = new Map<string, Refusal>();
  for (const refusal of before?.latest.slice(0, MOST_KEPT).reverse() ?? []) kept.set(keyOf(refusal), refusal);
  let total = before?.total ?? 0;
  return {
    add(refusal: Omit<Refusal, Counted>): void {
      const { protocol, address, port, reason } = refusal;
      const name = printable(refusal.name);
      const key = keyOf({ ...refusal, name });
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
