import type { HostClient } from '@nullspace/host';
import { host } from '@nullspace/proto';
import type { Logger } from 'pino';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Store } from '../store/store.ts';
import { isFinal, toChange } from './instance-change.ts';

/** Gives the record of a paused sandbox to the instance that came up from its pause, whoever hears of it first. */
export class ResumedInstances {
  readonly #store: Store;
  readonly #client: HostClient;
  readonly #log: Logger;

  constructor(options: { store: Store; client: HostClient; log: Logger }) {
    this.#store = options.store;
    this.#client = options.client;
    this.#log = options.log;
  }

  /**
   * For an instance without a record. `adopted`: it has one now. `starting`: it may get one when it runs. `none`: no
   * sandbox is being resumed as it.
   */
  async adopt(instance: host.Instance): Promise<'adopted' | 'starting' | 'none'> {
    const { sandboxId: newId, state, startedUnixMs, reason, message } = instance;
    const paused = await this.#store.findResuming(newId);
    // Another call may have adopted it in the meantime.
    if (!paused) return (await this.#store.findSandbox(newId)) ? 'adopted' : 'none';
    if (state === host.State.CREATING) return 'starting';
    const snapshotId = pauseSnapshotId(paused.id);
    // One that a fault ended before anybody could use it is paused still, with everything.
    if (state === host.State.ERROR || (isFinal(instance) && startedUnixMs === 0n)) {
      const failure = { code: reason || 'start_failed', message: message || 'It did not come up.' };
      await this.#store.abandonResume({ newId, snapshotId, failure });
      return 'none';
    }
    // Another pause or an end is recorded after this, as what it is.
    const told = state === host.State.RUNNING ? toChange(instance) : {};
    await this.#store.completeResume({ newId, snapshotId, startedAt: Number(startedUnixMs), told });
    this.#log.info({ sandbox_id: newId, resumed_from: paused.id }, 'sandbox resumed');
    void this.dropPause(paused.id);
    return 'adopted';
  }

  /** Has the host forget a pause that nobody needs any more. What fails is made good at the next connection. */
  async dropPause(sandboxId: string): Promise<void> {
    const snapshotId = pauseSnapshotId(sandboxId);
    try {
      await this.#client.forgetInstances({ sandboxIds: [sandboxId] });
      await this.#client.deleteSnapshot({ snapshotId });
    } catch (error) {
      this.#log.warn({ snapshot_id: snapshotId, err: error }, 'a used pause was not dropped');
    }
  }
}
