import { HostError } from './errors.ts';
import { type InstanceRecord, isFinal } from './instance/record.ts';
import type { TrackedInstance } from './instance/tracked-instance.ts';

/** Every instance that the host knows, ended ones until they are forgotten. */
export class Registry {
  readonly #bySandbox = new Map<string, TrackedInstance>();

  add(instance: TrackedInstance): void {
    this.#bySandbox.set(instance.sandboxId, instance);
  }

  /** Removes an instance, unless another has taken its sandbox id. */
  remove(instance: TrackedInstance): void {
    if (this.#bySandbox.get(instance.sandboxId) === instance) this.#bySandbox.delete(instance.sandboxId);
  }

  find(sandboxId: string): TrackedInstance | undefined {
    return this.#bySandbox.get(sandboxId);
  }

  /** @throws {HostError} `instance_not_found` */
  get(sandboxId: string): TrackedInstance {
    const instance = this.#bySandbox.get(sandboxId);
    if (instance?.published && !instance.record.forgotten) return instance;
    throw new HostError('instance_not_found', `this host has no instance of sandbox ${sandboxId}`, {
      field: 'sandbox_id',
    });
  }

  all(): TrackedInstance[] {
    return [...this.#bySandbox.values()];
  }

  /** What clients see of all instances, oldest first. */
  published(): InstanceRecord[] {
    return this.all()
      .flatMap(({ published, record }) => (published && !record.forgotten ? [published] : []))
      .sort((a, b) => a.created_unix_ms - b.created_unix_ms);
  }

  /** Ended and cleaned instances beyond the newest `keep`, oldest first. A paused one is never too many. */
  surplus(keep: number): TrackedInstance[] {
    if (this.#bySandbox.size <= keep) return [];
    return this.all()
      .filter(({ record }) => isFinal(record) && record.state !== 'paused' && record.clean)
      .sort((a, b) => b.record.ended_unix_ms - a.record.ended_unix_ms)
      .slice(keep)
      .reverse();
  }
}
