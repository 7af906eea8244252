import { host } from '@nullspace/proto';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { notReady } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import type { IdempotencyClaim, JsonValue, Sandbox } from '../store/records.ts';
import type { Snapshot, SnapshotKind } from '../store/snapshots/snapshot.ts';
import { unknownSnapshot } from './find-snapshot.ts';
import { isNotRunning, toSaveFailure } from './save-failure.ts';
import { tooManySnapshots } from './snapshot-quota.ts';

/** A snapshot that the host has not finished after this is given up; published clients wait for 300 s. */
const SAVE_MS = 290_000;

/** Saves a running sandbox, which goes on, and resolves when the snapshot is there. */
export async function createSnapshot(
  context: Context,
  request: {
    address: SandboxAddress;
    kind: SnapshotKind;
    metadata: Record<string, JsonValue> | undefined;
    claim?: IdempotencyClaim | undefined;
  },
): Promise<Snapshot> {
  const { store, settings, finder, fleet } = context;
  const source = await finder.read(request.address);
  if (source.status !== 'running') throw notReady(source);
  const maxSnapshots = settings.tenant_max_snapshots;
  const metadata = request.metadata ?? source.metadata;
  const { kind, claim } = request;
  const inserted = await store.insertSnapshot(
    { id: makeId('snapshot'), source, kind, metadata, createdAt: Date.now(), claim },
    { maxSnapshots },
  );
  if (!inserted.inserted) throw tooManySnapshots(inserted.count, maxSnapshots);
  const { id } = inserted.snapshot;
  fleet.snapshots.saving.add(id);
  try {
    return await saveSnapshot(context, inserted.snapshot);
  } catch (error) {
    throw await giveUp(context, { id, source, error });
  } finally {
    fleet.snapshots.saving.delete(id);
  }
}

/** Has the host save what a record that is `saving` names. May be repeated. */
export async function saveSnapshot(
  { store, fleet }: Pick<Context, 'store' | 'fleet'>,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const { id, sandboxId, kind } = snapshot;
  const { snapshot: saved } = await fleet.call((client) =>
    client.saveSnapshot({ sandboxId, snapshotId: id, kind: toHostKind(kind) }, { timeoutMs: SAVE_MS }),
  );
  if (!saved) throw new Error('the host answered a save without a snapshot');
  const ready = await store.finishSnapshot(id, {
    sizeBytes: Number(saved.sizeBytes),
    createdAt: Number(saved.createdUnixMs),
  });
  if (!ready) throw unknownSnapshot(id);
  return ready;
}

async function giveUp(
  { store, finder, fleet, log }: Context,
  { id, source, error }: { id: string; source: Sandbox; error: unknown },
): Promise<unknown> {
  const failure = isNotRunning(error) ? await finder.explainRefusal(source) : toSaveFailure(error, source.id);
  const { code, message } = failure;
  await store.dropSnapshot(id, { code, message });
  // What the host may have of it all the same goes now, or when it is found without a record.
  fleet.link.client.deleteSnapshot({ snapshotId: id }).catch((cause: unknown) => {
    log.warn({ err: cause, snapshot_id: id }, 'a snapshot that failed was not deleted');
  });
  return failure;
}

function toHostKind(kind: SnapshotKind): host.SnapshotKind {
  return kind === 'memory' ? host.SnapshotKind.MEMORY : host.SnapshotKind.FILESYSTEM;
}
