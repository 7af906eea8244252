import { host } from '@nullspace/proto';
import { LiveInstance } from './live-instance.ts';

/** What runs on the host, as far as the server has heard. Kept while the host is away. */
export class LiveInstances {
  readonly #bySandbox = new Map<string, LiveInstance>();

  get(sandboxId: string): LiveInstance | undefined {
    return this.#bySandbox.get(sandboxId);
  }

  /** Takes in an instance that is creating or running. */
  put(instance: host.Instance): LiveInstance {
    const known = this.#bySandbox.get(instance.sandboxId);
    if (known && known.instanceId === instance.instanceId) {
      known.update(instance);
      return known;
    }
    known?.end();
    const live = new LiveInstance(instance);
    this.#bySandbox.set(instance.sandboxId, live);
    return live;
  }

  /** Lets no further call to an instance whose end or pause is about to be recorded. */
  noteOver(sandboxId: string): void {
    const live = this.#bySandbox.get(sandboxId);
    if (live) live.isOver = true;
  }

  /** Forgets an instance and breaks off the calls to its guest. */
  end(sandboxId: string): void {
    const live = this.#bySandbox.get(sandboxId);
    this.#bySandbox.delete(sandboxId);
    live?.end();
  }

  ids(): string[] {
    return [...this.#bySandbox.keys()];
  }

  /** Number of running sandboxes. */
  countRunning(): number {
    let count = 0;
    for (const live of this.#bySandbox.values()) if (live.instance.state === host.State.RUNNING) count++;
    return count;
  }

  /** Closes every connection; the sandboxes go on. */
  close(): void {
    for (const live of this.#bySandbox.values()) live.end();
    this.#bySandbox.clear();
  }
}
