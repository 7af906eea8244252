import type { host } from '@nullspace/proto';
import type { LiveInstances } from './live-instances.ts';

/** Why an instance ended. */
export interface HiddenEnd {
  reason: string;
  message: string;
}

const PREFIX = 'bld_';

/** Instances that are no sandboxes of anybody: those in which templates are built. */
export class HiddenInstances {
  readonly #live: LiveInstances;
  readonly #wanted = new Map<string, { end: HiddenEnd | undefined; wake: (() => void)[] }>();

  constructor(live: LiveInstances) {
    this.#live = live;
  }

  /** Id of a new one; it is wanted until `release`. */
  claim(word: string): string {
    const id = PREFIX + word;
    this.#wanted.set(id, { end: undefined, wake: [] });
    return id;
  }

  release(id: string): void {
    this.#wanted.delete(id);
    this.#live.end(id);
  }

  isHidden(id: string): boolean {
    return id.startsWith(PREFIX);
  }

  /** False: its build is over, and the host shall end it. */
  isWanted(id: string): boolean {
    return this.#wanted.has(id);
  }

  /** Takes in that one has ended. */
  onEnded(id: string, end: Pick<host.Instance, 'reason' | 'message'>): void {
    const wanted = this.#wanted.get(id);
    if (wanted) {
      wanted.end ??= { reason: end.reason, message: end.message };
      for (const wake of wanted.wake.splice(0)) wake();
    }
    this.#live.end(id);
  }

  /** Why one ended; undefined when it has not within `patienceMs`. */
  async findEnd(id: string, patienceMs: number): Promise<HiddenEnd | undefined> {
    const wanted = this.#wanted.get(id);
    if (!wanted || wanted.end) return wanted?.end;
    const { promise, resolve } = Promise.withResolvers<void>();
    wanted.wake.push(resolve);
    const timer = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(timer);
    return wanted.end;
  }
}
