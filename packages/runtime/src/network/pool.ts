export interface PoolOptions {
  /** Smallest index that may be handed out. */
  first: number;
  /** First index beyond the range. */
  end: number;
  /** Slots kept ready. */
  ready: number;
  /** When so many or fewer are left, some are made also while others are taken. */
  few: number;
  /** Makes slots, all of them or none. */
  make(indexes: number[]): Promise<void>;
  remove(index: number): Promise<void>;
  /** Told of failures in the background. */
  onError(error: Error): void;
  /** Milliseconds without anyone taking a slot after which the pool is filled up. @default 300 */
  calmMs?: number;
}

/** Slots made by one call: whoever waits for one waits for all of them. */
const AT_ONCE = 8;

/**
 * Hands out slots made ahead of time. Indexes go round the whole range, so that an address is used again as late as
 * possible and nothing still on its way to the former guest meets the next one.
 *
 * Slots are made some at once, when nobody takes any or when few are left: making one costs as much of the processors as
 * a tenth of the start that it would compete with.
 */
export function createPool(options: PoolOptions) {
  const { first, end, ready: target, few, make, remove, onError, calmMs = 300 } = options;
  const ready: number[] = [];
  const used = new Set<number>();
  const making = new Set<number>();
  const removing = new Map<number, Promise<void>>();
  let next = first + Math.floor(Math.random() * (end - first));
  let filling: Promise<number> | undefined;
  let calm: NodeJS.Timeout | undefined;
  /** Until then nobody makes slots but for who waits for one. */
  let putOffUntil = 0;
  let closed = false;

  function nextFree(): number | undefined {
    for (let tries = first; tries < end; tries++) {
      const index = next;
      next = index + 1 < end ? index + 1 : first;
      const taken = used.has(index) || making.has(index) || removing.has(index) || ready.includes(index);
      if (!taken) return index;
    }
    return undefined;
  }

  /** Makes some of the missing slots and says how many: none when none is left in the range. */
  async function fillUp(least: number): Promise<number> {
    const indexes: number[] = [];
    while (ready.length + indexes.length < Math.max(target, least) && indexes.length < AT_ONCE) {
      const index = nextFree();
      if (index === undefined) break;
      making.add(index);
      indexes.push(index);
    }
    if (indexes.length === 0) return 0;
    try {
      await make(indexes);
      ready.push(...indexes);
      return indexes.length;
    } finally {
      for (const index of indexes) making.delete(index);
    }
  }

  /** Makes the next slots, by one call of `make` at a time. */
  async function fill(least = 0): Promise<number> {
    clearTimeout(calm);
    filling ??= fillUp(least).finally(() => {
      filling = undefined;
    });
    return await filling;
  }

  function refillWhenCalm(): void {
    if (closed || ready.length >= target) return;
    clearTimeout(calm);
    const waitMs = Math.max(ready.length <= few ? 0 : calmMs, putOffUntil - performance.now());
    calm = setTimeout(() => fill().then(refillWhenCalm, onError), waitMs);
    calm.unref();
  }

  async function release(index: number): Promise<void> {
    const underway = removing.get(index);
    if (underway) return await underway;
    const removed = remove(index);
    removing.set(index, removed);
    try {
      await removed;
      used.delete(index);
    } finally {
      removing.delete(index);
    }
    refillWhenCalm();
  }

  function putOff(): void {
    putOffUntil = performance.now() + calmMs;
    refillWhenCalm();
  }

  return {
    /** Makes the first slots, and the others soon after. */
    async fill(): Promise<void> {
      await fill();
      refillWhenCalm();
    },
    release,
    /** Somebody else needs the processors: what need not be made now waits until it is calm again. */
    putOff,
    /** A slot, made now when none is ready; undefined when the range is used up. */
    async acquire(): Promise<number | undefined> {
      for (;;) {
        const index = ready.shift();
        if (index !== undefined) {
          used.add(index);
          refillWhenCalm();
          return index;
        }
        // Those who wait for the same slots may have taken all of them.
        if ((await fill(1)) > 0 || ready.length > 0) continue;
        if (removing.size === 0) return undefined;
        await Promise.race(removing.values()).catch(() => {});
      }
    },
    /** Marks a slot as used that was made by an earlier process. */
    take(index: number): void {
      used.add(index);
    },
    has: (index: number): boolean => used.has(index),
    isReady: (index: number): boolean => ready.includes(index) || making.has(index),
    /** Stops making slots ahead; resolves once none is being made. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(calm);
      await Promise.allSettled([filling]);
    },
    /** Removes the slots that are ready. */
    async drain(): Promise<void> {
      await Promise.all(ready.splice(0).map(remove));
    },
  };
}
