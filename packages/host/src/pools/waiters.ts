import type { TrackedInstance } from '../instance/tracked-instance.ts';

type Settle = (instance: TrackedInstance | undefined) => void;

/** Creates that wait for a ready instance, in the order of their coming. */
export class Waiters {
  readonly #queue = new Set<Settle>();

  get size(): number {
    return this.#queue.size;
  }

  /** Resolves with an instance that was handed over, or with undefined after `ms` or when waiting has become useless. */
  wait(ms: number): Promise<TrackedInstance | undefined> {
    return new Promise((resolve) => {
      const settle: Settle = (instance) => {
        clearTimeout(timer);
        this.#queue.delete(settle);
        resolve(instance);
      };
      const timer = setTimeout(() => settle(undefined), ms);
      this.#queue.add(settle);
    });
  }

  /** Gives an instance to who has waited longest. False: nobody waits. */
  handOver(instance: TrackedInstance): boolean {
    const [first] = this.#queue;
    first?.(instance);
    return first !== undefined;
  }

  /** Sends everybody away without one. */
  dismiss(): void {
    for (const settle of [...this.#queue]) settle(undefined);
  }
}
