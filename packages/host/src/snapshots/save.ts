import type { HostContext } from '../context.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { withDeadline } from '../with-deadline.ts';
import { explainSnapshotError } from './explain.ts';
import type { SnapshotKind, SnapshotPurpose, SnapshotRecord } from './record.ts';
import { checkRoom } from './room.ts';

export interface SaveOrder {
  snapshotId: string;
  kind: SnapshotKind;
  purpose: SnapshotPurpose;
}

/**
 * Saves a running instance; resolves with the record of the snapshot, whose files are then whole. With purpose
 * "pause" the instance stands still after that, else it goes on. When it fails, or the instance is ended meanwhile,
 * nothing of the snapshot stays and the instance runs on.
 *
 * @throws {HostError} `disk_full`, `snapshot_failed`, `invalid_request`
 */
export async function saveInstance(
  host: HostContext,
  instance: TrackedInstance,
  order: SaveOrder,
): Promise<SnapshotRecord> {
  const { snapshots, timing } = host;
  const { snapshotId } = order;
  await checkRoom(host, instance, order);
  const record = firstRecord(instance, order);
  await snapshots.begin(record);
  const saving = instance.track(write(host, instance, record));
  try {
    return await withDeadline(saving, {
      what: `saving sandbox ${instance.sandboxId}`,
      ms: timing.saveMs,
      signal: instance.ended.signal,
    });
  } catch (error) {
    // The engine may still be at work in the folder of a save that nobody waits for.
    const settled = Promise.allSettled([saving]);
    const discarded = instance.track(settled.then(() => snapshots.discard(snapshotId)));
    if (instance.ended.signal.aborted) {
      discarded.catch((failure) => {
        host.log.error({ snapshot_id: snapshotId, err: failure }, 'a failed save could not be removed');
      });
    } else {
      await discarded;
    }
    throw error;
  }
}

async function write(
  host: HostContext,
  { id, record: { spec } }: TrackedInstance,
  record: SnapshotRecord,
): Promise<SnapshotRecord> {
  const { kind, purpose, snapshot_id } = record;
  try {
    const { manifest, frozenMs } = await host.engine.saveSnapshot(id, host.snapshots.filesOf(snapshot_id), {
      kind,
      afterwards: purpose === 'pause' ? 'frozen' : 'run',
      imageDigest: spec.image,
    });
    return { ...record, complete: true, size_bytes: manifest.sizeBytes, frozen_ms: frozenMs };
  } catch (error) {
    throw explainSnapshotError(error, record);
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
