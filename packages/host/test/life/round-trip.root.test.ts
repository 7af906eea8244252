import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import type { HostClient } from '../../src/client.ts';
import { count, startCounter } from '../fixtures/counter.ts';
import { guestOf } from '../fixtures/guest-commands.ts';
import { type BaseSite, baseOrder, makeBaseSite } from '../fixtures/host-with-base.ts';
import { until } from '../fixtures/until.ts';

let site: BaseSite;
let client: HostClient;

before(async () => {
  site = await makeBaseSite('10.214.0.0/16');
  client = (await site.start()).client;
});

after(async () => await site?.close());

async function create(sandboxId: string, timeoutMs = 0): Promise<proto.Instance> {
  const { instance } = await client.createInstance(baseOrder(site, sandboxId, { timeoutMs }));
  return instance!;
}

async function createFrom(snapshotId: string, sandboxId: string): Promise<proto.Instance> {
  const { instance } = await client.createInstance({
    sandboxId,
    snapshotId,
    pauseSnapshotId: `snap_of_${sandboxId}`,
  });
  return instance!;
}

test('a sandbox goes on with its memory, processes and files, again and again', async () => {
  let instance = await create('sb_1');
  await startCounter(instance);
  await guestOf(instance).run('echo first > /root/file; chmod 640 /root/file; touch -d @1000 /root/file');
  for (let round = 1; round <= 3; round += 1) {
    const { instance: paused } = await client.pauseInstance({ sandboxId: instance.sandboxId });
    assert.equal(paused?.state, proto.State.PAUSED);
    instance = await createFrom(paused.pauseSnapshotId, `sb_1_${round}`);
    await client.forgetInstances({ sandboxIds: [paused.sandboxId] });
    await client.deleteSnapshot({ snapshotId: paused.pauseSnapshotId });
    assert.equal(await guestOf(instance).run(count), String(1 + round));
    assert.equal(
      await guestOf(instance).run('cat /root/file; stat -c "%a %Y" /root/file'),
      'first\n640 1000',
    );
    assert.equal(await guestOf(instance).run('hostname'), `sb-1-${round}`);
  }
  assert.deepEqual((await client.listSnapshots({})).snapshots, []);
  await client.killInstance({ sandboxId: instance.sandboxId });
});

test('copies go apart from their source and from each other', async () => {
  const source = await create('sb_2');
  await startCounter(source);
  const { results } = await client.forkInstance({
    sandboxId: 'sb_2',
    children: [{ sandboxId: 'sb_2_a' }, { sandboxId: 'sb_2_b' }],
  });
  const children = results.map(({ result }) => {
    assert.equal(
      result.case,
      'instance',
      JSON.stringify(result.value, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
    );
    return result.value as proto.Instance;
  });
  const all = [source, ...children];
  for (const [index, instance] of all.entries()) {
    for (let more = 0; more <= index; more += 1) await guestOf(instance).run(count);
    await guestOf(instance).run(`echo ${index} > /root/own`);
  }
  const seen = await Promise.all(all.map((one) => guestOf(one).run(`cat /root/own; ${count}`)));
  assert.deepEqual(seen, ['0\n3', '1\n4', '2\n5']);
  const ids = await Promise.all(all.map((one) => guestOf(one).run('cat /etc/machine-id; hostname')));
  assert.equal(new Set(ids.flatMap((text) => text.split('\n'))).size, 6);
  for (const { sandboxId } of all) await client.killInstance({ sandboxId });
});

test('a snapshot starts any number, with memory or with the files alone', async () => {
  const source = await create('sb_3');
  await startCounter(source);
  await guestOf(source).run('echo kept > /root/file');
  const { snapshot } = await client.saveSnapshot({ sandboxId: 'sb_3', snapshotId: 'snap_memory' });
  assert.ok(snapshot && snapshot.sizeBytes > 0n && snapshot.frozenMs > 0);
  const kind = proto.SnapshotKind.FILESYSTEM;
  const files = await client.saveSnapshot({ sandboxId: 'sb_3', snapshotId: 'snap_files', kind });
  assert.ok(files.snapshot && files.snapshot.sizeBytes < snapshot.sizeBytes);
  assert.equal(await guestOf(source).run(count), '2');
  const [one, two, fresh] = await Promise.all([
    createFrom('snap_memory', 'sb_3_a'),
    createFrom('snap_memory', 'sb_3_b'),
    createFrom('snap_files', 'sb_3_c'),
  ]);
  assert.equal(await guestOf(one).run(`${count}; cat /root/file`), '2\nkept');
  assert.equal(await guestOf(two).run(`${count}; cat /root/file`), '2\nkept');
  assert.equal(await guestOf(fresh).run('cat /root/file'), 'kept');
  await assert.rejects(guestOf(fresh).run(count), /refused/);
  for (const id of ['sb_3', 'sb_3_a', 'sb_3_b', 'sb_3_c']) await client.killInstance({ sandboxId: id });
  await client.deleteSnapshot({ snapshotId: 'snap_memory' });
  await client.deleteSnapshot({ snapshotId: 'snap_files' });
});

test('a deadline pauses, and the clock stands still meanwhile', async () => {
  const instance = await create('sb_4', 600_000);
  await startCounter(instance);
  await client.setDeadline({ sandboxId: 'sb_4', deadlineUnixMs: BigInt(Date.now() + 300) });
  const paused = async () =>
    (await client.getInstance({ sandboxId: 'sb_4' })).instance?.state === proto.State.PAUSED;
  await until(paused, { everyMs: 50 });
  const { instance: found } = await client.getInstance({ sandboxId: 'sb_4' });
  assert.equal(found?.reason, 'timeout');
  const next = await createFrom('snap_of_sb_4', 'sb_4_next');
  assert.equal(next.deadlineUnixMs, 0n);
  assert.equal(await guestOf(next).run(count), '2');
  await client.killInstance({ sandboxId: 'sb_4_next' });
  await client.killInstance({ sandboxId: 'sb_4' });
  assert.deepEqual((await client.listSnapshots({})).snapshots, []);
});

test('what a guest writes, and its snapshot, show in the disk and are free again at once', async () => {
  const instance = await create('sb_5');
  await guestOf(instance).run('dd if=/dev/urandom of=/root/large bs=1M count=40 2>/dev/null; sync');
  const inMib = async (id: string) => {
    const { uses } = await client.describeDisk({});
    return Number(uses.find((use) => use.id === id)?.bytes ?? 0n) / 1024 / 1024;
  };
  assert.ok((await inMib('sb_5')) >= 40);
  await client.pauseInstance({ sandboxId: 'sb_5' });
  assert.ok((await inMib('snap_of_sb_5')) >= 40);
  await until(async () => (await inMib('sb_5')) < 1);
  await client.killInstance({ sandboxId: 'sb_5' });
  assert.equal(await inMib('snap_of_sb_5'), 0);
});

test('a paused sandbox outlives the cleaning of the machine', async () => {
  await create('sb_6');
  await client.pauseInstance({ sandboxId: 'sb_6' });
  await site.clean();
  client = (await site.start()).client;
  const { instances } = await client.listInstances({});
  assert.deepEqual(
    instances.map(({ sandboxId, state }) => [sandboxId, state]),
    [['sb_6', proto.State.PAUSED]],
  );
  await guestOf(await createFrom('snap_of_sb_6', 'sb_6_next')).run('true');
  for (const sandboxId of ['sb_6', 'sb_6_next']) await client.killInstance({ sandboxId });
});
