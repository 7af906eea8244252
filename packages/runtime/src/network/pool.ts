export interface PoolOptions {
  /** Smallest index that may be handed out. */
  first: number;
  /** First index beyond the range. */
  end: number;
  /** Slots kept ready. */
  ready: number;
  make(index: number): Promise<void>;
  remove(index: number): Promise<void>;
  /** Told of failures in the background. */
  onError(error: Error): void;
}

/**
 * Hands out slots made ahead of time. Indexes go round the whole range, so that an address is used again as late as
 * possible and nothing still on its way to the former guest meets the next one.
 */
export function createPool(options: PoolOptions) {
  const { first, end, ready: target, make, remove, onError } = options;
  const ready: number[] = [];
  const used = new Set<number>();
  const making = new Map<number, Promise<void>>();
  const removing = new Map<number, Promise<void>>();
  let next = first + Math.floor(Math.random() * (end - first));
  let filling: Promise<void> | undefined;
  let closed = false;

  function nextFree(): number | undefined {
    for (let tries = first; tries < end; tries++) {
      const index = next;
      next = index + 1 < end ? index + 1 : first;
      if (!used.has(index) && !making.has(index) && !ready.includes(index)) return index;
    }
    return undefined;
  }

  async function makeNext(): Promise<number | undefined> {
    const index = nextFree();
    if (index === undefined) return undefined;
    const made = make(index);
    making.set(index, made);
    try {
      await made;
    } finally {
      making.delete(index);
    }
    return index;
  }

  async function fillUp(): Promise<void> {
    while (!closed && ready.length < target) {
      const index = await makeNext();
      if (index === undefined) return;
      ready.push(index);
    }
  }

  /** Makes slots until enough are ready; one after another, to leave the cores to the instances that start. */
  async function fill(): Promise<void> {
    filling ??= fillUp().finally(() => {
      filling = undefined;
    });
    await filling;
  }

  function refill(): void {
    fill().catch(onError);
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
    if (!closed) refill();
  }

  return {
    fill,
    release,
    /** A slot, made now when none is ready; undefined when the range is used up. */
    async acquire(): Promise<number | undefined> {
      for (;;) {
        let index = ready.shift();
        if (index === undefined) index = await makeNext();
        if (index !== undefined) {
          used.add(index);
          refill();
          return index;
        }
        const pending = [...making.values(), ...removing.values()];
        if (pending.length === 0) return undefined;
        await Promise.race(pending).catch(() => {});
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
      await Promise.allSettled([filling, ...making.values()]);
    },
    /** Removes the slots that are ready. */
    async drain(): Promise<void> {
      for (let index = ready.shift(); index !== undefined; index = ready.shift()) await remove(index);
    },
  };
}
