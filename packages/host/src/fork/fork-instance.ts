import type { host as proto } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { answerAgain, createFrom, findUnforgotten } from '../create/create-instance.ts';
import type { CreateOrder } from '../create/validate.ts';
import { inParallel } from '../in-parallel.ts';
import { makeForkId } from '../instance/ids.ts';
import type { InstanceRecord } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { requireState } from '../operation-table.ts';
import { perform } from '../perform.ts';
import { refuseWhenDraining } from '../shutting-down.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { saveInstance } from '../snapshots/save.ts';
import { type ForkChild, validateFork } from './validate.ts';

/** Children that come up at the same moment. */
const atOnce = 8;

/** What became of one child. */
export type Child = { record: InstanceRecord } | { error: unknown };

/**
 * Makes running copies of a running instance, which goes on. Resolves when each child runs or has failed, in the
 * order of the request. Asked again with the same ids, the host answers with the same children.
 *
 * @throws {HostError} When the instance cannot be saved; there is no child then.
 */
export async function forkInstance(host: HostContext, request: proto.ForkInstanceRequest): Promise<Child[]> {
  const children = validateFork(request, host.settings);
  const instance = host.registry.get(request.sandboxId);
  const { snapshots } = host;
  const snapshotId = makeForkId();
  const results: Child[] = [];
  const known = children.flatMap(({ sandboxId }) => findUnforgotten(host, sandboxId) ?? []);
  if (known.length === children.length) {
    return await Promise.all(known.map((child) => settle(answerAgain(child))));
  }
  let saved: SnapshotRecord | undefined;
  await perform(host, instance, 'fork', {
    save: {
      run: async () => {
        saved = await instance.operations.run(() => saveForChildren(host, instance, snapshotId));
      },
    },
    children: {
      run: () =>
        inParallel([...children.entries()], atOnce, async ([index, child]) => {
          results[index] = await settle(createFrom(host, orderOf(child, saved!)));
        }),
    },
    drop: {
      run: async () => {
        // The children run: what cannot be removed now goes at the next start of the host.
        await snapshots.discard(snapshotId).catch((error) => {
          host.log.error(
            { snapshot_id: snapshotId, err: error },
            'the snapshot of a fork could not be removed',
          );
        });
      },
    },
  });
  return results;
}

async function saveForChildren(
  host: HostContext,
  instance: TrackedInstance,
  snapshotId: string,
): Promise<SnapshotRecord> {
  refuseWhenDraining(host);
  requireState(instance.record, 'fork');
  const { vcpus, memory_mb: memoryMb } = instance.record.spec;
  // Nothing needs to stand still when not even one child would fit.
  host.reservations.check({ vcpus, memoryMb });
  const saved = await instance.standStill(() =>
    saveInstance(host, instance, { snapshotId, kind: 'memory', purpose: 'fork' }),
  );
  await host.snapshots.complete(saved);
  return saved;
}

function orderOf({ hostname, ...child }: ForkChild, snapshot: SnapshotRecord): CreateOrder {
  return { ...child, snapshot, spec: { ...snapshot.spec, hostname } };
}

function settle(child: Promise<InstanceRecord>): Promise<Child> {
  return child.then(
    (record) => ({ record }),
    (error) => ({ error }),
  );
}
