import { join } from 'node:path';
import type { host as proto } from '@nullspace/proto';
import { describeFailure } from '../agent/describe-failure.ts';
import { checkDisk, readDisk } from '../capacity/disk.ts';
import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import { commit } from '../instance/commit.ts';
import { makeInstanceId } from '../instance/ids.ts';
import { type End, type InstanceRecord, isFinal } from '../instance/record.ts';
import { TrackedInstance } from '../instance/tracked-instance.ts';
import { requireShaping } from '../network/limits.ts';
import { askPools } from '../pools/ask.ts';
import { refuseWhenDraining, shuttingDown } from '../shutting-down.ts';
import { describeEnd } from './describe-end.ts';
import { type ColdOrder, firstRecord } from './first-record.ts';
import { operationOf } from './operation-of.ts';
import { refuseFolder } from './refuse-folder.ts';
import { refuseSnapshot } from './refuse-snapshot.ts';
import { reserve } from './reserve.ts';
import { startInstance } from './start.ts';
import { type CreateOrder, validateCreate } from './validate.ts';

/**
 * Makes an instance and resolves when it runs. It is made to the end also when the caller goes away: asked again
 * with the same sandbox id, the host answers with the same instance.
 *
 * @throws {HostError}
 */
export async function createInstance(
  host: HostContext,
  request: proto.CreateInstanceRequest,
): Promise<InstanceRecord> {
  const known = findUnforgotten(host, request.sandboxId);
  // The snapshot may be gone by the time that a create from it is repeated.
  if (known && request.snapshotId) return answerAgain(known);
  const snapshot = request.snapshotId ? host.snapshots.get(request.snapshotId) : undefined;
  const order = validateCreate(request, host.settings, snapshot);
  await requireShaping(host, order.spec);
  return await createFrom(host, order);
}

/** Makes the instance of a checked order, or answers with the one that was made of it before. */
export function createFrom(host: HostContext, order: CreateOrder): Promise<InstanceRecord> {
  const { creates } = host.pools;
  const underway = creates.get(order.sandboxId);
  if (underway) return underway;
  const making = make(host, order).finally(() => creates.delete(order.sandboxId));
  creates.set(order.sandboxId, making);
  return making;
}

async function make(host: HostContext, order: CreateOrder): Promise<InstanceRecord> {
  const known = findUnforgotten(host, order.sandboxId);
  if (known) return answerAgain(known);
  refuseWhenDraining(host);
  const served = await askPools(host, order);
  if (served.instance) return answer(served.instance);
  const missed = order.checkout?.poolId ? { hit: false, waited_ms: served.waitedMs } : null;
  return await startCold(host, { ...order, missed });
}

async function startCold(host: HostContext, order: ColdOrder): Promise<InstanceRecord> {
  // Until the instance is known, which then needs it.
  using _image = host.images.hold(order.spec.image);
  await host.images.locate(order.spec.image);
  checkDisk(await readDisk(host.paths.hostDir), order.spec.disk_mb);
  const share = { vcpus: order.spec.vcpus, memoryMb: order.spec.memory_mb };
  const id = makeInstanceId();
  await reserve(host, id, share);
  // The lookups took turns: another call may have come first.
  const rival = findUnforgotten(host, order.sandboxId);
  if (rival || host.draining) host.reservations.release(id);
  if (rival) return answerAgain(rival);
  if (host.draining) throw shuttingDown();
  const instance = new TrackedInstance(firstRecord(host, id, order), join(host.paths.instancesDir, id));
  instance.source = order.snapshot;
  instance.asTemplate = order.asTemplate;
  host.registry.add(instance);
  instance.created = instance.operations.run(() => bringUp(host, instance));
  await instance.created;
  return answer(instance);
}

async function bringUp(host: HostContext, instance: TrackedInstance): Promise<void> {
  const operation = operationOf(instance.record);
  host.reach(`${operation}.after_reserve`);
  try {
    await commit(instance, host.changes);
    host.reach(`${operation}.after_journal`);
    await startInstance(host, instance);
    const { instance_id, sandbox_id, phases } = instance.record;
    host.log.info({ instance_id, sandbox_id, phases }, 'instance runs');
  } catch (error) {
    // The journal says `creating`: the next start of the host ends it.
    if (host.closing.signal.aborted && !isFinal(instance.record)) throw shuttingDown(error);
    const asked = instance.ended.signal.reason as End | undefined;
    const message = asked?.message ?? describeFailure(error);
    const refusal = asked ? undefined : await refuseSnapshot(host, instance, error);
    const reason = refusal?.code === 'snapshot_corrupt' ? 'snapshot_corrupt' : 'start_failed';
    const isMistake = !asked && !refusal && refuseFolder(instance, error);
    void finish(host, instance, { state: 'error', reason, message });
    if (!asked && !isMistake)
      host.log.error(
        { instance_id: instance.id, sandbox_id: instance.sandboxId, err: error },
        'start failed',
      );
    // The end must be on disk before the caller hears of it.
    await instance.finished;
    throw describeEnd(instance, error);
  }
}

/** What a create of this instance answers, once it runs or has ended. */
export async function answerAgain(instance: TrackedInstance): Promise<InstanceRecord> {
  await instance.created;
  return answer(instance);
}

export function findUnforgotten(host: HostContext, sandboxId: string): TrackedInstance | undefined {
  const instance = host.registry.find(sandboxId);
  return instance?.record.forgotten ? undefined : instance;
}

function answer(instance: TrackedInstance): InstanceRecord {
  const record = instance.published ?? instance.record;
  if (isFinal(record) && record.started_unix_ms === 0) throw describeEnd(instance);
  return record;
}
