import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { requireState } from '../operation-table.ts';
import { perform } from '../perform.ts';
import { refuseWhenDraining } from '../shutting-down.ts';
import { requireSnapshotId } from './id.ts';
import type { SnapshotKind, SnapshotRecord } from './record.ts';
import { Save } from './save.ts';

/**
 * Saves a running instance, which goes on. Asked again with the same id, the host answers with the same snapshot,
 * also when the instance has ended since.
 *
 * @throws {HostError}
 */
export async function saveSnapshot(
  host: HostContext,
  options: { sandboxId: string; snapshotId: string; kind: SnapshotKind },
): Promise<SnapshotRecord> {
  const { sandboxId, snapshotId, kind } = options;
  const { snapshots, registry } = host;
  requireSnapshotId('snapshot_id', snapshotId);
  const known = snapshots.find(snapshotId);
  if (known) return answerAgain(known, options);
  const instance = registry.get(sandboxId);
  return await instance.operations.run(async () => {
    const meanwhile = snapshots.find(snapshotId);
    if (meanwhile) return answerAgain(meanwhile, options);
    refuseWhenDraining(host);
    requireState(instance.record, 'snapshot');
    const save = new Save(host, instance, { snapshotId, kind, purpose: 'snapshot' });
    await instance.standStill(() =>
      perform(host, instance, 'snapshot', {
        begin: { run: () => save.begin(), undo: () => save.discard() },
        save: { run: () => save.write() },
        record: { run: () => save.complete() },
      }),
    );
    return save.record;
  });
}

function answerAgain(
  known: SnapshotRecord,
  { sandboxId, snapshotId, kind }: { sandboxId: string; snapshotId: string; kind: SnapshotKind },
): SnapshotRecord {
  if (known.sandbox_id === sandboxId && known.kind === kind && known.purpose === 'snapshot') return known;
  throw new HostError('invalid_request', `snapshot ${snapshotId} exists already, of something else`, {
    field: 'snapshot_id',
  });
}
