import type { HostContext } from '../context.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { describeState } from '../operation-table.ts';
import { withDeadline } from '../with-deadline.ts';
import { explainSnapshotError } from './explain.ts';
import type { SnapshotKind, SnapshotPurpose, SnapshotRecord } from './record.ts';
import { checkRoom } from './room.ts';

export interface SaveOrder {
  snapshotId: string;
  kind: SnapshotKind;
  purpose: SnapshotPurpose;
}

/** One save of a running instance, step by step. */
export class Save {
  readonly #host: HostContext;
  readonly #instance: TrackedInstance;
  readonly #order: SaveOrder;
  #record: SnapshotRecord;
  #writing: Promise<SnapshotRecord> | undefined;

  constructor(host: HostContext, instance: TrackedInstance, order: SaveOrder) {
    this.#host = host;
    this.#instance = instance;
    this.#order = order;
    this.#record = firstRecord(instance, order);
  }

  /** What is known of the snapshot so far. */
  get record(): SnapshotRecord {
    return this.#record;
  }

  /**
   * Notes on disk that the instance is being saved, so that it goes on should this process end meanwhile.
   *
   * @throws {HostError} `disk_full`, `invalid_request`
   */
  async begin(): Promise<void> {
    await checkRoom(this.#host, this.#instance, this.#order);
    try {
      await this.#host.snapshots.begin(this.#record);
    } catch (error) {
      throw explainSnapshotError(error, this.#record);
    }
  }

  /**
   * Has the engine write the files. With purpose "pause" the instance stands still after that, else it goes on, as
   * it does when this fails.
   *
   * @throws {HostError} `disk_full`, `snapshot_failed`, `instance_not_running` when it was ended meanwhile.
   */
  async write(): Promise<void> {
    const { sandboxId, ended } = this.#instance;
    this.#writing = this.#instance.track(this.#write());
    try {
      this.#record = await withDeadline(this.#writing, {
        what: `saving sandbox ${sandboxId}`,
        ms: this.#host.timing.saveMs,
        signal: ended.signal,
      });
    } catch (error) {
      if (ended.signal.aborted) throw describeState(this.#instance.record);
      throw error;
    }
  }

  /** Makes it a snapshot that is there. */
  async complete(): Promise<void> {
    await this.#host.snapshots.complete(this.#record);
  }

  /**
   * Removes what there is of the snapshot; may be repeated. When the instance was ended, the engine may still be at
   * work on it: the removal then follows, and the cleaning of the instance waits for it.
   */
  async discard(): Promise<void> {
    const { snapshots, log } = this.#host;
    const { snapshotId } = this.#order;
    const discarding = Promise.allSettled([this.#writing]).then(() => snapshots.discard(snapshotId));
    if (!this.#instance.ended.signal.aborted) return await discarding;
    this.#instance.track(discarding).catch((error) => {
      log.error({ snapshot_id: snapshotId, err: error }, 'a failed save could not be removed');
    });
  }

  async #write(): Promise<SnapshotRecord> {
    const { engine, snapshots } = this.#host;
    const { snapshotId, kind, purpose } = this.#order;
    const record = this.#record;
    try {
      const { manifest, frozenMs } = await engine.saveSnapshot(
        this.#instance.id,
        snapshots.filesOf(snapshotId),
        {
          kind,
          afterwards: purpose === 'pause' ? 'frozen' : 'run',
          imageDigest: record.spec.image,
          fleeting: purpose === 'fork',
        },
      );
      return { ...record, complete: true, size_bytes: manifest.sizeBytes, frozen_ms: frozenMs };
    } catch (error) {
      throw explainSnapshotError(error, record);
    }
  }
}

function firstRecord({ id, record }: TrackedInstance, order: SaveOrder): SnapshotRecord {
  return {
    version: 1,
    snapshot_id: order.snapshotId,
    sandbox_id: record.sandbox_id,
    instance_id: id,
    kind: order.kind,
    purpose: order.purpose,
    complete: false,
    size_bytes: 0,
    created_unix_ms: Date.now(),
    frozen_ms: 0,
    spec: record.spec,
    corrupt_file: '',
  };
}
