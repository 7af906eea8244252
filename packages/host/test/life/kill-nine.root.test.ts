import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import type { HostClient } from '../../src/client.ts';
import { type FaultPoint, faultPoints } from '../../src/faults.ts';
import { count, startCounter } from '../fixtures/counter.ts';
import { guestOf } from '../fixtures/guest-commands.ts';
import { type BaseSite, baseOrder, makeBaseSite } from '../fixtures/host-with-base.ts';

let site: BaseSite;

before(async () => {
  site = await makeBaseSite('10.215.0.0/16');
});

after(async () => await site?.close());

const short: FaultPoint[] = [
  'pause.after_freeze',
  'pause.after_record',
  'resume.after_engine',
  'fork.after_save',
];
const all = faultPoints.filter((point) => /^(pause|snapshot|resume|fork)\./.test(point));

/** What a host is asked for that dies at a point of this operation. */
const calls: Record<string, (client: HostClient, id: string) => Promise<unknown>> = {
  pause: (client, id) => client.pauseInstance({ sandboxId: id }),
  snapshot: (client, id) => client.saveSnapshot({ sandboxId: id, snapshotId: `snap_${id}` }),
  resume: async (client, id) => {
    await client.saveSnapshot({ sandboxId: id, snapshotId: `snap_${id}` });
    await client.createInstance({ sandboxId: `${id}_copy`, snapshotId: `snap_${id}` });
  },
  fork: (client, id) => client.forkInstance({ sandboxId: id, children: [{ sandboxId: `${id}_copy` }] }),
};

for (const faultPoint of process.env.NULLSPACE_TEST_LONG ? all : short) {
  const id = `sb_${faultPoint.replace('.', '_')}`;
  test(`after a death at ${faultPoint} everything is there, running or paused, and nothing else`, async () => {
    const first = await site.start(faultPoint);
    const { instance: source } = await first.client.createInstance(baseOrder(site, id));
    await startCounter(source!);
    await guestOf(source!).run('echo kept > /root/file');
    const operation = faultPoint.split('.')[0]!;
    await calls[operation]!(first.client, id).catch(() => {});
    await first.ended;

    const { client } = await site.start();
    await checkSource(client, { id, paused: faultPoint === 'pause.after_journal' });
    await checkCopies(client, { id, faultPoint });
    const { instances } = await client.listInstances({});
    for (const { sandboxId } of instances) await client.killInstance({ sandboxId });
    await client.forgetInstances({ sandboxIds: instances.map(({ sandboxId }) => sandboxId) });
    assert.deepEqual((await client.listSnapshots({})).snapshots, []);
    assert.deepEqual(await readdir(join(site.dataDir, 'host/snapshots')), []);
  });
}

/** It has everything, and can be paused and resumed. */
async function checkSource(client: HostClient, expected: { id: string; paused: boolean }): Promise<void> {
  const { id, paused } = expected;
  const { instance: found } = await client.getInstance({ sandboxId: id });
  assert.equal(found?.state, paused ? proto.State.PAUSED : proto.State.RUNNING);
  if (!paused) {
    assert.equal(await guestOf(found!).run(`cat /root/file; ${count}`), 'kept\n2');
    await client.pauseInstance({ sandboxId: id });
  }
  const resumed = await client.createInstance({ sandboxId: `${id}_next`, snapshotId: `snap_of_${id}` });
  const next = paused ? '2' : '3';
  assert.equal(await guestOf(resumed.instance!).run(`cat /root/file; ${count}`), `kept\n${next}`);
}

/** A snapshot or a copy is there whole or not at all. */
async function checkCopies(client: HostClient, made: { id: string; faultPoint: FaultPoint }): Promise<void> {
  const { id, faultPoint } = made;
  const whole = faultPoint === 'snapshot.after_record' || faultPoint.startsWith('resume.');
  const { snapshots } = await client.listSnapshots({});
  const ids = snapshots.map(({ snapshotId }) => snapshotId).filter((known) => known === `snap_${id}`);
  assert.deepEqual(ids, whole ? [`snap_${id}`] : []);
  if (whole) await client.deleteSnapshot({ snapshotId: `snap_${id}` });
  const copy = await client.getInstance({ sandboxId: `${id}_copy` }).catch(() => undefined);
  if (copy?.instance?.state !== proto.State.RUNNING) return;
  assert.equal(await guestOf(copy.instance).run(count), '2');
}
