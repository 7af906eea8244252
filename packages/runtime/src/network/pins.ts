import type { Change, Element } from './filter/element.ts';

/** Addresses of one guest. A further one takes the place of the one that would end first. */
const MOST_ADDRESSES = 256;

/** Names of one address of a guest: servers for many sites have many. */
const MOST_NAMES = 32;

/**
 * How long an answer holds, in seconds. Programs keep addresses for longer than an answer of a few seconds allows, and a
 * name that has moved has to be asked for again one day.
 */
const SHORTEST = 60;
const LONGEST = 3600;

/**
 * Addresses that one guest may have brought into the packet filter in a second, and at once: each is a transaction of its
 * own when no others come with it. What is more is pinned for the egress program alone.
 */
const FILTERED_A_SECOND = 5;
const FILTERED_AT_ONCE = 128;

export interface PinsOptions {
  /** Has the packet filter carry a change out as one transaction. */
  apply(change: Change): Promise<void>;
}

interface Budget {
  left: number;
  at: number;
}

interface Pin {
  /** Until when an address is that of a name, in milliseconds of the process. */
  names: Map<string, number>;
  /** Until when the packet filter knows it. */
  inFilterUntil: number;
}

/**
 * The addresses that were the answer to a guest's lookups of names that it may reach. What is pinned here for a guest is
 * reachable for that guest alone, and forgotten with its time.
 */
export function createPins({ apply }: PinsOptions) {
  const guests = new Map<string, Map<string, Pin>>();
  const budgets = new Map<string, Budget>();
  let wanted: { guest: string; address: string }[] = [];
  let flushing: Promise<void> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** One change after another, so that a pin that is taken back does not come in behind. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  }

  function forgetOld(pins: Map<string, Pin>, now: number): void {
    for (const [address, pin] of pins) {
      for (const [name, until] of pin.names) if (until <= now) pin.names.delete(name);
      if (pin.names.size === 0) pins.delete(address);
    }
  }

  /** Whether a guest may have one more address brought into the packet filter now. */
  function mayFilter(guest: string, now: number): boolean {
    const budget = budgets.get(guest) ?? { left: FILTERED_AT_ONCE, at: now };
    budgets.set(guest, budget);
    const grown = budget.left + ((now - budget.at) / 1000) * FILTERED_A_SECOND;
    budget.left = Math.min(grown, FILTERED_AT_ONCE);
    budget.at = now;
    if (budget.left < 1) return false;
    budget.left -= 1;
    return true;
  }

  /** Brings what was pinned at about the same moment into the packet filter at once. */
  async function flush(): Promise<void> {
    const some = wanted;
    wanted = [];
    flushing = undefined;
    const now = performance.now();
    const replaced = some.flatMap(({ guest, address }): Element[] => {
      const pin = guests.get(guest)?.get(address);
      if (!pin) return [];
      const until = Math.max(...pin.names.values());
      pin.inFilterUntil = until;
      const seconds = Math.max(1, Math.ceil((until - now) / 1000));
      return [{ ...elementOf(guest, address), seconds }];
    });
    try {
      // The time of one that is there would stay as it is.
      if (replaced.length > 0) await apply({ removed: replaced, added: replaced });
    } catch (error) {
      for (const { guest, address } of some) guests.get(guest)?.delete(address);
      throw error;
    }
  }

  return {
    inTurn,
    /** Seconds that an answer with this time to live holds. */
    secondsOf: (ttl: number): number => Math.min(Math.max(ttl, SHORTEST), LONGEST),
    /** Makes addresses those of a name; resolves once the guest can reach them. */
    async pin(guest: string, name: string, addresses: readonly string[], seconds: number): Promise<void> {
      const now = performance.now();
      const pins = guests.get(guest) ?? new Map<string, Pin>();
      guests.set(guest, pins);
      forgetOld(pins, now);
      for (const address of addresses) {
        if (!pins.has(address) && pins.size >= MOST_ADDRESSES) pins.delete(endingFirst(pins));
        const pin: Pin = pins.get(address) ?? { names: new Map(), inFilterUntil: 0 };
        pins.set(address, pin);
        if (!pin.names.has(name) && pin.names.size >= MOST_NAMES) pin.names.delete(first(pin.names)!);
        pin.names.set(name, now + seconds * 1000);
        // What the packet filter knows for half of that time is renewed by the next lookup.
        const isKnown = pin.inFilterUntil >= now + seconds * 500;
        if (!isKnown && mayFilter(guest, now)) wanted.push({ guest, address });
      }
      if (wanted.length > 0) flushing ??= inTurn(flush);
      // Also what another lookup has brought on its way has to be there.
      await (flushing ?? queue);
    },
    isPinned(guest: string, address: string, name: string): boolean {
      return (guests.get(guest)?.get(address)?.names.get(name) ?? 0) > performance.now();
    },
    /** Forgets what a guest may not reach any longer; what the packet filter has to forget with it. */
    retain(guest: string, keeps: (name: string) => boolean): Element[] {
      const pins = guests.get(guest);
      if (!pins) return [];
      const gone: string[] = [];
      for (const [address, pin] of pins) {
        for (const name of pin.names.keys()) if (!keeps(name)) pin.names.delete(name);
        if (pin.names.size > 0) continue;
        pins.delete(address);
        gone.push(address);
      }
      if (pins.size === 0) {
        guests.delete(guest);
        budgets.delete(guest);
      }
      return gone.map((address) => elementOf(guest, address));
    },
  };
}

export type Pins = ReturnType<typeof createPins>;

function endingFirst(pins: Map<string, Pin>): string {
  let found = '';
  let soonest = Number.POSITIVE_INFINITY;
  for (const [address, { names }] of pins) {
    const until = Math.max(...names.values());
    if (until < soonest) [found, soonest] = [address, until];
  }
  return found;
}

function first<Key>(map: Map<Key, unknown>): Key | undefined {
  return map.keys().next().value;
}

function elementOf(guest: string, address: string): Element {
  return { set: 'pinned', guest, network: `${address}/32` };
}
