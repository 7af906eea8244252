import { HostError } from './errors.ts';
import { type InstanceRecord, isFinal } from './instance/record.ts';
import type { TrackedInstance } from './instance/tracked-instance.ts';

/** Every instance that the host knows, ended ones until they are forgotten. */
export class Registry {
  readonly #bySandbox = new Map<string, TrackedInstance>();
  /** Those of pools, which no sandbox has. */
  readonly #ready = new Set<TrackedInstance>();

  /** Takes an instance in under the sandbox of its record; a ready one that was taken, once more. */
  add(instance: TrackedInstance): void {
    this.#ready.delete(instance);
    if (instance.sandboxId) this.#bySandbox.set(instance.sandboxId, instance);
    else this.#ready.add(instance);
  }

  /** Removes an instance, unless another has taken its sandbox id. */
  remove(instance: TrackedInstance): void {
    this.#ready.delete(instance);
    if (this.#bySandbox.get(instance.sandboxId) === instance) this.#bySandbox.delete(instance.sandboxId);
  }

  find(sandboxId: string): TrackedInstance | undefined {
    return this.#bySandbox.get(sandboxId);
  }

  /** @throws {HostError} `instance_not_found` */
  get(sandboxId: string): TrackedInstance {
    const instance = this.#bySandbox.get(sandboxId);
    if (instance?.published?.sandbox_id && !instance.record.forgotten) return instance;
    throw new HostError('instance_not_found', `this host has no instance of sandbox ${sandboxId}`, {
      field: 'sandbox_id',
    });
  }

  all(): TrackedInstance[] {
    return [...this.#bySandbox.values(), ...this.#ready];
  }

  /** Instances of pools, ended ones until they are cleaned. */
  ready(): TrackedInstance[] {
    return [...this.#ready];
  }

  /** What clients see of all instances, oldest first. */
  published(): InstanceRecord[] {
    return [...this.#bySandbox.values()]
      .flatMap(({ published, record }) => (published?.sandbox_id && !record.forgotten ? [published] : []))
      .sort((a, b) => a.created_unix_ms - b.created_unix_ms);
  }

  /** Ended and cleaned instances beyond the newest `keep`, oldest first. A paused one is never too many. */
  surplus(keep: number): TrackedInstance[] {
    if (this.#bySandbox.size <= keep) return [];
    return [...this.#bySandbox.values()]
      .filter(({ record }) => isFinal(record) && record.state !== 'paused' && record.clean)
      .sort((a, b) => b.record.ended_unix_ms - a.record.ended_unix_ms)
      .slice(keep)
      .reverse();
  }
}
