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
import { Save } from '../snapshots/save.ts';
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
  const known = children.flatMap(({ sandboxId }) => findUnforgotten(host, sandboxId) ?? []);
  if (known.length === children.length) {
    return await Promise.all(known.map((child) => settle(answerAgain(child))));
  }
  const instance = host.registry.get(request.sandboxId);
  const save = new Save(host, instance, { snapshotId: makeForkId(), kind: 'memory', purpose: 'fork' });
  const results: Child[] = [];
  // Only the save is a turn of the instance: it goes on while its children come up.
  const leave = await instance.operations.enter();
  try {
    await perform(host, instance, 'fork', {
      begin: {
        run: async () => {
          refuse(host, instance);
          await save.begin();
        },
        undo: () => save.discard(),
      },
      save: {
        run: async () => {
          await instance.standStill(() => save.write());
          await save.complete();
          leave();
        },
      },
      children: {
        run: () =>
          inParallel([...children.entries()], atOnce, async ([index, child]) => {
            results[index] = await settle(createFrom(host, orderOf(child, save.record)));
          }),
      },
      drop: { run: () => drop(host, save) },
    });
  } finally {
    leave();
  }
  return results;
}

/** @throws {HostError} When the instance cannot be saved now, or not one child would fit. */
function refuse(host: HostContext, { record }: TrackedInstance): void {
  refuseWhenDraining(host);
  requireState(record, 'fork');
  const { vcpus, memory_mb: memoryMb } = record.spec;
  host.reservations.check({ vcpus, memoryMb });
}

// The children run: what cannot be removed now goes at the next start of the host.
async function drop(host: HostContext, save: Save): Promise<void> {
  await save.discard().catch((error) => {
    const { snapshot_id } = save.record;
    host.log.error({ snapshot_id, err: error }, 'the snapshot of a fork could not be removed');
  });
}

function orderOf({ hostname, ...child }: ForkChild, snapshot: SnapshotRecord): CreateOrder {
  return { ...child, snapshot, asTemplate: false, spec: { ...snapshot.spec, hostname } };
}

function settle(child: Promise<InstanceRecord>): Promise<Child> {
  return child.then(
    (record) => ({ record }),
    (error) => ({ error }),
  );
}
