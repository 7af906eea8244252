import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

const one = { sandboxId: 'sb_1', snapshotId: 'snap_1' };

test('a snapshot outlives its source and a restart, and starts any number', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  const { instance: source } = await first.client.createInstance(
    order('sb_1', { env: { A: '1' }, cwd: '/x' }),
  );
  site.machine.content(source!.instanceId).memory.counter = '1';
  const { snapshot } = await first.client.saveSnapshot(one);
  assert.equal((await first.client.getInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.RUNNING);
  site.machine.content(source!.instanceId).memory.counter = '2';
  await first.client.killInstance({ sandboxId: 'sb_1' });
  // Asked again, also after the end of its source.
  assert.deepEqual((await first.client.saveSnapshot(one)).snapshot, snapshot);
  await first.crash();
  const { client } = await site.open();
  assert.deepEqual((await client.listSnapshots({})).snapshots, [snapshot]);
  for (const sandboxId of ['sb_2', 'sb_3']) {
    const { instance } = await client.createInstance({
      sandboxId,
      snapshotId: 'snap_1',
      spec: { hostname: `name-${sandboxId.at(-1)}`, internetAccess: false, memoryMb: 999, cwd: '/other' },
    });
    const { spec } = instance!;
    assert.deepEqual(
      [spec?.hostname, spec?.internetAccess, spec?.memoryMb, spec?.cwd, spec?.env],
      [`name-${sandboxId.at(-1)}`, false, 512, '/x', { A: '1' }],
    );
    assert.deepEqual(site.machine.content(instance!.instanceId).memory, { counter: '1' });
  }
  await client.deleteSnapshot({ snapshotId: 'snap_1' });
  await client.deleteSnapshot({ snapshotId: 'snap_1' });
  assert.deepEqual(await readdir(findPaths(site.settings).snapshotsDir), []);
});

test('an id belongs to one snapshot', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  await client.createInstance(order('sb_1'));
  await client.createInstance(order('sb_2'));
  await client.saveSnapshot(one);
  const kind = proto.SnapshotKind.FILESYSTEM;
  for (const other of [
    { ...one, sandboxId: 'sb_2' },
    { ...one, kind },
  ]) {
    const error = await refusal(client.saveSnapshot(other));
    assert.deepEqual([error.code, error.field], ['invalid_request', 'snapshot_id']);
  }
  const bad = await refusal(client.saveSnapshot({ ...one, snapshotId: '../x' }));
  assert.deepEqual([bad.code, bad.field], ['invalid_request', 'snapshot_id']);
  assert.equal(
    (await refusal(client.saveSnapshot({ ...one, sandboxId: 'sb_9', snapshotId: 'snap_9' }))).code,
    'instance_not_found',
  );
});

test('one of the files alone starts afresh', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const { instance: source } = await client.createInstance(order('sb_1', { cwd: '/x' }));
  Object.assign(site.machine.content(source!.instanceId), { memory: { a: '1' }, files: { '/b': '2' } });
  const kind = proto.SnapshotKind.FILESYSTEM;
  const { snapshot } = await client.saveSnapshot({ ...one, kind });
  assert.equal(snapshot?.kind, kind);
  const { instance } = await client.createInstance({ sandboxId: 'sb_2', snapshotId: 'snap_1' });
  const { memory, files } = site.machine.content(instance!.instanceId);
  assert.deepEqual([memory, files], [{}, { '/b': '2' }]);
  const { restored, cwd } = site.agents.configured.at(-1)!;
  assert.deepEqual([restored, cwd], [false, '/x']);
});

test('a damaged file is named, nothing starts, and the snapshot is marked', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  await first.client.saveSnapshot(one);
  await writeFile(
    join(first.context.snapshots.filesOf('snap_1'), 'state.json'),
    '{"memory":{},"files":{"x":1}}',
  );
  const create = (client: typeof first.client, sandboxId: string) =>
    refusal(client.createInstance({ sandboxId, snapshotId: 'snap_1' }));
  for (const sandboxId of ['sb_2', 'sb_2', 'sb_3']) {
    const error = await create(first.client, sandboxId);
    assert.deepEqual([error.code, error.field], ['snapshot_corrupt', 'state.json']);
  }
  assert.equal(site.machine.running.size, 1);
  const { instance } = await first.client.getInstance({ sandboxId: 'sb_2' });
  assert.equal(instance?.reason, 'snapshot_corrupt');
  await first.crash();
  const second = await site.open();
  assert.equal((await second.client.listSnapshots({})).snapshots[0]?.corruptFile, 'state.json');
  assert.equal((await create(second.client, 'sb_4')).code, 'snapshot_corrupt');
});

test('damage that is found while the guest runs ends it and marks the snapshot', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  await client.createInstance(order('sb_1'));
  await client.saveSnapshot(one);
  const { instance } = await client.createInstance({ sandboxId: 'sb_2', snapshotId: 'snap_1' });
  site.machine.end(instance!.instanceId, {
    cause: 'snapshot_corrupt',
    message: 'chunk 3',
    file: 'pages.img',
  });
  const found = async () => (await client.getInstance({ sandboxId: 'sb_2' })).instance;
  await until(async () => (await found())?.state === proto.State.ERROR);
  assert.equal((await found())?.reason, 'snapshot_corrupt');
  assert.equal((await client.listSnapshots({})).snapshots[0]?.corruptFile, 'pages.img');
});

test('one that is deleted during a restore lets that end first', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await client.createInstance(order('sb_1'));
  await client.saveSnapshot(one);
  const starting = Promise.withResolvers<void>();
  let begun = false;
  site.machine.onStep = (step) => {
    if (step !== 'start') return;
    begun = true;
    return starting.promise;
  };
  const creating = client.createInstance({ sandboxId: 'sb_2', snapshotId: 'snap_1' });
  await until(() => begun);
  const deleting = client.deleteSnapshot({ snapshotId: 'snap_1' });
  await until(() => context.snapshots.find('snap_1') === undefined);
  const late = await refusal(client.createInstance({ sandboxId: 'sb_3', snapshotId: 'snap_1' }));
  assert.equal(late.code, 'snapshot_not_found');
  assert.equal((await readdir(findPaths(site.settings).snapshotsDir)).length, 1);
  starting.resolve();
  assert.equal((await creating).instance?.state, proto.State.RUNNING);
  assert.equal(site.agents.configured.at(-1)?.restored, true);
  await deleting;
  assert.deepEqual(await readdir(findPaths(site.settings).snapshotsDir), []);
});

test('a kill during a save wins, and nothing of the snapshot stays', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await client.createInstance(order('sb_1'));
  const saving = Promise.withResolvers<void>();
  let begun = false;
  site.machine.onStep = (step) => {
    if (step !== 'save') return;
    begun = true;
    return saving.promise;
  };
  const snapshot = refusal(client.saveSnapshot(one));
  await until(() => begun);
  const { instance } = await client.killInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.state, proto.State.DESTROYED);
  assert.equal((await snapshot).code, 'instance_not_running');
  saving.resolve();
  await until(() => context.registry.get('sb_1').published?.clean);
  assert.deepEqual(await readdir(findPaths(site.settings).snapshotsDir), []);
  assert.deepEqual((await client.listSnapshots({})).snapshots, []);
});
