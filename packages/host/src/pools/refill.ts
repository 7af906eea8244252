import { join } from 'node:path';
import { describeFailure } from '../agent/describe-failure.ts';
import { checkDisk, readDisk } from '../capacity/disk.ts';
import type { HostContext } from '../context.ts';
import { firstRecord } from '../create/first-record.ts';
import { refuseSnapshot } from '../create/refuse-snapshot.ts';
import { startInstance } from '../create/start.ts';
import { finish } from '../end/finish.ts';
import { HostError } from '../errors.ts';
import { commit } from '../instance/commit.ts';
import { makeInstanceId } from '../instance/ids.ts';
import { type End, isFinal } from '../instance/record.ts';
import { TrackedInstance } from '../instance/tracked-instance.ts';
import { endReady } from './end-ready.ts';
import { checkShare } from './memory-share.ts';
import type { Degraded, Pool } from './pool.ts';

/** Starts one instance for a pool. Never rejects: the pool remembers what went wrong. */
export async function refill(host: HostContext, pool: Pool): Promise<void> {
  const from = performance.now();
  pool.warming += 1;
  try {
    const instance = await begin(host, pool);
    await instance.operations.run(() => bringUp(host, instance));
    pool.noteStart(performance.now() - from);
    // It may have ended, or the pool may be gone or another, since it was begun: whoever looks at the pool next sees to that.
    if (!isFinal(instance.record)) accept(host, pool, instance);
  } catch (error) {
    if (!(error instanceof Dismissed) && !host.closing.signal.aborted) {
      pool.noteFailure(explain(error));
      const { poolId: pool_id } = pool.definition;
      host.log.warn({ pool_id, err: error, failures: pool.failures }, 'a pool could not be filled');
    }
  } finally {
    pool.warming -= 1;
    host.pools.wake(0);
  }
}

/** It was ended on purpose while it started. */
class Dismissed extends Error {}

async function begin(host: HostContext, pool: Pool): Promise<TrackedInstance> {
  const { spec, snapshotId, poolId } = pool.definition;
  const id = makeInstanceId();
  const source = snapshotId ? host.snapshots.get(snapshotId) : undefined;
  await host.images.locate(spec.image);
  checkDisk(await readDisk(host.paths.hostDir), spec.disk_mb);
  const share = { vcpus: spec.vcpus, memoryMb: spec.memory_mb };
  checkShare(host, share);
  host.reservations.check(share);
  host.reservations.take(id, share);
  const order = { sandboxId: '', timeoutMs: 0, deadlineAction: 'destroy', pauseSnapshotId: '' } as const;
  const record = firstRecord(host, id, {
    ...order,
    spec: { ...spec, hostname: id },
    ...(source ? { snapshot: source } : {}),
    asTemplate: source !== undefined,
    missed: null,
  });
  const instance = new TrackedInstance({ ...record, pool_id: poolId }, join(host.paths.instancesDir, id));
  instance.source = source;
  instance.asTemplate = source !== undefined;
  host.registry.add(instance);
  return instance;
}

async function bringUp(host: HostContext, instance: TrackedInstance): Promise<void> {
  host.reach('ready.after_reserve');
  try {
    await commit(instance, host.changes);
    host.reach('ready.after_journal');
    await startInstance(host, instance);
  } catch (error) {
    const asked = instance.ended.signal.reason as End | undefined;
    const dismissed = asked?.state === 'destroyed' || host.closing.signal.aborted;
    if (!dismissed) await refuseSnapshot(host, instance, error);
    const message = asked?.message ?? describeFailure(error);
    void finish(host, instance, { state: 'error', reason: 'start_failed', message });
    throw dismissed ? new Dismissed() : error;
  }
}

function accept(host: HostContext, pool: Pool, instance: TrackedInstance): void {
  const current = host.pools.find(pool.definition.poolId) ?? host.pools.system;
  if (current !== pool || pool.definition.mode === 'draining') {
    endReady(host, instance);
    return;
  }
  instance.ended.signal.addEventListener('abort', () => {
    pool.drop(instance);
    host.pools.wake(0);
  });
  pool.put(instance);
}

function explain(error: unknown): { reason: Degraded; message: string } {
  const message = describeFailure(error);
  const code = error instanceof HostError ? error.code : '';
  if (code === 'capacity_exceeded') return { reason: 'capacity', message };
  if (code === 'image_not_found') return { reason: 'image_not_found', message };
  if (/snapshot|rebuild/.test(code)) return { reason: 'snapshot', message };
  return { reason: 'start_failed', message };
}
