import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, type OpenedHost, order, pauseIdOf, type TestSite } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

async function openWithOne(t: TestContext, timeoutMs = 0) {
  const site = await makeSite(t);
  const host = await site.open();
  const { instance } = await host.client.createInstance(order('sb_1', { env: { A: '1' } }, timeoutMs));
  return { site, host, client: host.client, id: instance!.instanceId };
}

function snapshotFolders(site: TestSite): Promise<string[]> {
  return readdir(findPaths(site.settings).snapshotsDir);
}

async function runsOn({ site, host, id }: { site: TestSite; host: OpenedHost; id: string }): Promise<void> {
  const { instance } = await host.client.getInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.state, proto.State.RUNNING);
  assert.equal(site.machine.content(id).frozen, false);
  assert.equal(site.agents.frozen.size, 0);
  assert.deepEqual(await snapshotFolders(site), []);
  assert.deepEqual((await host.client.listSnapshots({})).snapshots, []);
}

test('a paused instance frees the machine and goes on as another with what it held', async (t) => {
  const { site, host, client, id } = await openWithOne(t, 60_000);
  Object.assign(site.machine.content(id), { memory: { counter: '7' }, files: { '/a': 'b' } });
  const { instance: paused } = await client.pauseInstance({ sandboxId: 'sb_1' });
  assert.equal(paused?.state, proto.State.PAUSED);
  assert.equal(paused?.reason, 'manual');
  assert.ok(paused && paused.remainingMs > 50_000n && paused.remainingMs <= 60_000n);
  assert.equal(paused.pauseSnapshot?.snapshotId, pauseIdOf('sb_1'));
  assert.equal(paused.pauseSnapshot?.sandboxId, 'sb_1');
  assert.ok(paused.pauseSnapshot && paused.pauseSnapshot.sizeBytes > 0n);
  await until(() => host.context.registry.get('sb_1').published?.clean);
  assert.equal(site.machine.running.size, 0);
  assert.equal(site.machine.slots.size, 0);
  assert.equal(host.context.deadlines.size, 0);
  assert.equal(host.context.reservations.used.instances, 0);
  assert.deepEqual((await client.pauseInstance({ sandboxId: 'sb_1' })).instance, paused);

  const { instance } = await client.createInstance({ sandboxId: 'sb_2', snapshotId: pauseIdOf('sb_1') });
  assert.equal(instance?.state, proto.State.RUNNING);
  assert.equal(instance?.fromSnapshotId, pauseIdOf('sb_1'));
  assert.deepEqual(instance?.spec?.env, { A: '1' });
  assert.equal(instance?.spec?.hostname, 'sb-2');
  const { memory, files } = site.machine.content(instance!.instanceId);
  assert.deepEqual([memory, files], [{ counter: '7' }, { '/a': 'b' }]);
  const configured = site.agents.configured.at(-1)!;
  assert.equal(configured.restored, true);
  assert.match(configured.machine?.machineId ?? '', /^[0-9a-f]{32}$/);

  await client.forgetInstances({ sandboxIds: ['sb_1'] });
  await client.deleteSnapshot({ snapshotId: pauseIdOf('sb_1') });
  assert.deepEqual(await snapshotFolders(site), []);
  // The same create again, now that its snapshot is gone.
  const again = await client.createInstance({ sandboxId: 'sb_2', snapshotId: pauseIdOf('sb_1') });
  assert.deepEqual(again.instance, instance);
  const gone = await refusal(client.createInstance({ sandboxId: 'sb_3', snapshotId: pauseIdOf('sb_1') }));
  assert.equal(gone.code, 'snapshot_not_found');
});

test('the agent comes to rest before a save; one that does not answer holds up nothing', async (t) => {
  const { site, client } = await openWithOne(t);
  const seen: string[] = [];
  site.agents.onFreeze = async () => {
    seen.push('freeze');
    throw new Error('no answer');
  };
  site.machine.onStep = (step) => void seen.push(step);
  const { instance } = await client.pauseInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.state, proto.State.PAUSED);
  assert.deepEqual(seen.slice(0, 2), ['freeze', 'save']);
});

for (const code of ['ENOSPC', 'EIO']) {
  test(`a save that fails with ${code} leaves it running`, async (t) => {
    const opened = await openWithOne(t);
    const { site, client } = opened;
    site.machine.onStep = (step) => {
      if (step === 'save') throw Object.assign(new Error('no'), { code });
    };
    const error = await refusal(client.pauseInstance({ sandboxId: 'sb_1' }));
    assert.equal(error.code, code === 'ENOSPC' ? 'disk_full' : 'snapshot_failed');
    assert.match(error.message, /sb_1 .*runs on/);
    await runsOn(opened);
    site.machine.onStep = () => {};
    assert.equal((await client.pauseInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.PAUSED);
  });
}

test('a journal that cannot be written leaves it running, its snapshot gone before it goes on', async (t) => {
  const opened = await openWithOne(t);
  const { site, host, client } = opened;
  const { folder } = host.context.registry.get('sb_1');
  const { mkdir, rmdir } = await import('node:fs/promises');
  await mkdir(`${folder}/journal.json.new`);
  const whenThawed: boolean[] = [];
  site.machine.onStep = (step) => {
    if (step === 'thaw') whenThawed.push(existsSync(host.context.snapshots.folderOf(pauseIdOf('sb_1'))));
  };
  await assert.rejects(client.pauseInstance({ sandboxId: 'sb_1' }));
  assert.deepEqual(whenThawed, [false]);
  await runsOn(opened);
  await rmdir(`${folder}/journal.json.new`).catch(() => {});
  assert.equal((await client.pauseInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.PAUSED);
});

test('a save that plainly does not fit is refused with the missing bytes, and nothing is touched', async (t) => {
  const opened = await openWithOne(t);
  const { site, host, client } = opened;
  const seen: string[] = [];
  site.machine.onStep = (step) => void seen.push(step);
  const usage = { cpuUsec: 0, memoryBytes: 2 ** 52, processes: 1 };
  host.context.engine = { ...host.context.engine, usage: async () => usage };
  const error = await refusal(client.pauseInstance({ sandboxId: 'sb_1' }));
  assert.equal(error.code, 'disk_full');
  assert.ok(error.missingBytes > 2 ** 51);
  assert.ok(!seen.includes('save'));
  await runsOn(opened);
});

test('calls on a paused one say that it is paused', async (t) => {
  const { client } = await openWithOne(t);
  await client.pauseInstance({ sandboxId: 'sb_1' });
  const deadlineUnixMs = BigInt(Date.now() + 60_000);
  const snapshot = { sandboxId: 'sb_1', snapshotId: 'snap_1' };
  for (const call of [
    client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs }),
    client.saveSnapshot(snapshot),
    client.forkInstance({ sandboxId: 'sb_1', children: [{ sandboxId: 'sb_2' }] }),
  ]) {
    assert.equal((await refusal(call)).code, 'instance_paused');
  }
});

test('a kill of a paused one ends it with its snapshot', async (t) => {
  const { site, client } = await openWithOne(t);
  await client.pauseInstance({ sandboxId: 'sb_1' });
  const { instance } = await client.killInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.state, proto.State.DESTROYED);
  assert.equal(instance?.pauseSnapshot, undefined);
  assert.deepEqual(await snapshotFolders(site), []);
  const error = await refusal(client.pauseInstance({ sandboxId: 'sb_1' }));
  assert.equal(error.code, 'instance_not_running');
});

test('one without the id of a pause snapshot cannot be paused', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const deadlineAction = proto.DeadlineAction.PAUSE;
  const pauseSnapshotId = '';
  const early = await refusal(client.createInstance({ ...order('sb_1'), pauseSnapshotId, deadlineAction }));
  assert.deepEqual([early.code, early.field], ['invalid_request', 'pause_snapshot_id']);
  await client.createInstance({ ...order('sb_1'), pauseSnapshotId });
  const deadlineUnixMs = BigInt(Date.now() + 60_000);
  for (const call of [
    client.pauseInstance({ sandboxId: 'sb_1' }),
    client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs, deadlineAction }),
  ]) {
    const error = await refusal(call);
    assert.deepEqual([error.code, error.field], ['invalid_request', 'pause_snapshot_id']);
  }
  const reason = await refusal(client.pauseInstance({ sandboxId: 'sb_1', reason: 'bored' }));
  assert.deepEqual([reason.code, reason.field], ['invalid_request', 'reason']);
});
