import type { Context } from '../context.ts';
import { KeyedGate } from '../keyed-gate.ts';
import type { StoredBuild } from '../store/templates/template.ts';
import type { BlobStore } from './blobs/blob-store.ts';
import { Artifacts } from './cache/artifacts.ts';
import { cancelWaiting } from './cancel-waiting.ts';
import { type BuildSecrets, noSecrets } from './definition/definition.ts';
import { Bell } from './log/bell.ts';
import { BuildRun } from './run/build-run.ts';

interface Queued {
  build: StoredBuild;
  secrets: BuildSecrets;
  /** True when another server had begun it. */
  resumed: boolean;
}

/** Runs the builds of all tenants, a few at a time, the oldest first. */
export class BuildQueue {
  readonly blobs: BlobStore;
  readonly artifacts = new Artifacts();
  /** Rung for a build whenever its log or its state has changed. */
  readonly bell = new Bell();
  #context: Context | undefined;
  readonly #waiting: Queued[] = [];
  readonly #running = new Map<string, BuildRun>();
  /** Lets equal builds through one at a time: the second one finds what the first has made. */
  readonly #equal = new KeyedGate(1);
  #stopped = false;

  constructor(blobs: BlobStore) {
    this.blobs = blobs;
  }

  /** True when nothing is run any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes up the builds that a server before this one has left. To be called before any is added. */
  async start(context: Context): Promise<void> {
    this.#context = context;
    for (const build of await context.store.listUnfinishedBuilds()) {
      if (this.#isKnown(build.id)) continue;
      if (build.cancelRequestedAt !== null) {
        await cancelWaiting(context.store, build, build.cancellationReason ?? undefined);
        continue;
      }
      this.#waiting.push({ build, secrets: noSecrets, resumed: build.status === 'building' });
    }
    this.#next();
  }

  /** Queues a build that was inserted as waiting. */
  add(build: StoredBuild, secrets: BuildSecrets): void {
    this.#waiting.push({ build, secrets, resumed: false });
    this.#next();
  }

  /**
   * Ends a build that waits or runs. Resolves when its end is recorded; one that has ended stays as it is.
   */
  async cancel(build: StoredBuild, reason: string | undefined): Promise<void> {
    const run = this.#running.get(build.id);
    if (run) return run.cancel(reason);
    const at = this.#waiting.findIndex((queued) => queued.build.id === build.id);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#context) await cancelWaiting(this.#context.store, build, reason);
    this.bell.ring(build.id);
  }

  /** Breaks off what runs. The next server takes it up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.length = 0;
    await Promise.all([...this.#running.values()].map((run) => run.interrupt()));
    this.bell.close();
  }

  #isKnown(id: string): boolean {
    return this.#running.has(id) || this.#waiting.some(({ build }) => build.id === id);
  }

  #next(): void {
    const context = this.#context;
    if (!context) return;
    const { settings } = context;
    while (!this.#stopped && this.#running.size < settings.max_builds) {
      const at = this.#waiting.findIndex(
        ({ build }) => this.#countRunning(build.tenantId) < settings.tenant_max_builds,
      );
      if (at < 0) return;
      const [queued] = this.#waiting.splice(at, 1);
      this.#run(context, queued!);
    }
  }

  #countRunning(tenantId: string): number {
    return [...this.#running.values()].filter((run) => run.build.tenantId === tenantId).length;
  }

  #run(context: Context, queued: Queued): void {
    const { blobs, bell } = this;
    const run = new BuildRun({ context, blobs, bell, equal: this.#equal, ...queued });
    const { id } = queued.build;
    this.#running.set(id, run);
    void run.run().finally(() => {
      this.#running.delete(id);
      bell.ring(id);
      this.#next();
    });
  }
}
