import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { readHostError } from '../../src/errors.ts';
import { count, startCounter } from '../fixtures/counter.ts';
import { guestOf } from '../fixtures/guest-commands.ts';
import { type BaseSite, baseOrder, makeBaseSite } from '../fixtures/host-with-base.ts';
import { until } from '../fixtures/until.ts';

let site: BaseSite;

before(async () => {
  site = await makeBaseSite('10.218.0.0/16');
});

after(async () => await site?.close());

test('ten rounds of pause and resume let neither descriptors, memory nor disk grow', async () => {
  const { client, child } = await site.start();
  let { instance } = await client.createInstance(baseOrder(site, 'sb_0'));
  await startCounter(instance!);
  const measures: { descriptors: number; folders: number; snapshotBytes: number; guestMb: number }[] = [];
  for (let round = 1; round <= 10; round += 1) {
    const { instance: paused } = await client.pauseInstance({ sandboxId: instance!.sandboxId });
    const snapshotId = paused!.pauseSnapshotId;
    const sandboxId = `sb_${round}`;
    const next = await client.createInstance({ sandboxId, snapshotId, pauseSnapshotId: `snap_${sandboxId}` });
    instance = next.instance;
    await client.forgetInstances({ sandboxIds: [paused!.sandboxId] });
    await client.deleteSnapshot({ snapshotId });
    assert.equal(await guestOf(instance!).run(count), String(1 + round));
    const instances = join(site.dataDir, 'host/instances');
    await until(async () => (await readdir(instances)).length === 1, { everyMs: 20 });
    measures.push({
      descriptors: await countFiles(child.pid!),
      folders: (await readdir(join(site.dataDir, 'host/snapshots'))).length,
      snapshotBytes: Number(paused!.pauseSnapshot!.sizeBytes),
      guestMb: Number(
        await guestOf(instance!).run("awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo"),
      ),
    });
  }
  const [, second] = measures;
  const last = measures.at(-1)!;
  const seen = JSON.stringify(measures);
  assert.ok(last.descriptors <= second!.descriptors, seen);
  assert.equal(last.folders, 0, seen);
  // The agent's heap still settles, and the engine keeps some 2 KB of each connection that a restore broke.
  assert.ok(last.snapshotBytes < second!.snapshotBytes + 3 * 1024 * 1024, seen);
  assert.ok(last.guestMb > second!.guestMb - 16, seen);
  await client.killInstance({ sandboxId: instance!.sandboxId });
});

/** Open files of the host, sockets left out: those of calls come and go. */
async function countFiles(pid: number): Promise<number> {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(
    names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => 'socket:')),
  );
  return targets.filter((target) => !target.startsWith('socket:')).length;
}

test('a disk that is full during a pause, a snapshot or a fork leaves the sandbox running', async () => {
  const { client } = await site.start();
  const { instance } = await client.createInstance(baseOrder(site, 'sb_full'));
  await startCounter(instance!);
  // Bytes that compress to nothing and are not zero, beyond what the disk of snapshots will have left.
  await guestOf(instance!).run('head -c 100M /dev/urandom > /dev/shm/large');
  const folder = join(site.dataDir, 'host/snapshots');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', folder]);
  try {
    const calls = [
      () => client.pauseInstance({ sandboxId: 'sb_full' }),
      () => client.saveSnapshot({ sandboxId: 'sb_full', snapshotId: 'snap_full' }),
      () => client.forkInstance({ sandboxId: 'sb_full', children: [{ sandboxId: 'sb_full_child' }] }),
    ];
    let number = 1;
    // Refused early at first; then there seems to be room, until the engine has written a part.
    for (const roomMb of [0, 80]) {
      if (roomMb > 0) execFileSync('mount', ['-o', 'remount,size=80m', folder]);
      for (const call of calls) {
        const error = await call().then(
          () => assert.fail('it was not refused'),
          (reason) => readHostError(reason),
        );
        assert.equal(error?.code, 'disk_full', String(error));
        assert.ok(error.missingBytes > 0, String(error));
        number += 1;
        assert.equal(await guestOf(instance!).run(count), String(number));
        assert.deepEqual(await readdir(folder), []);
      }
    }
  } finally {
    execFileSync('umount', [folder]);
  }
  const { instance: paused } = await client.pauseInstance({ sandboxId: 'sb_full' });
  assert.equal(paused?.state, proto.State.PAUSED);
  await client.killInstance({ sandboxId: 'sb_full' });
});

test('a wrong byte in the pages of a large snapshot ends what runs from it, and the snapshot is marked', async () => {
  const { client } = await site.start();
  const { instance } = await client.createInstance({
    ...baseOrder(site, 'sb_large'),
    spec: { ...baseOrder(site, 'sb_large').spec, memoryMb: 768 },
  });
  await guestOf(instance!).run('head -c 300M /dev/urandom > /dev/shm/large');
  await client.saveSnapshot({ sandboxId: 'sb_large', snapshotId: 'snap_large' });
  await client.killInstance({ sandboxId: 'sb_large' });
  const whole = await client.createInstance({ sandboxId: 'sb_whole', snapshotId: 'snap_large' });
  assert.equal(await guestOf(whole.instance!).run('stat -c %s /dev/shm/large'), String(300 * 1024 * 1024));
  await client.killInstance({ sandboxId: 'sb_whole' });

  const path = join(site.dataDir, 'host/snapshots/snap_large/files/pages.img');
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, size - 1_000_000);
  await file.write(Buffer.from([byte[0]! ^ 1]), 0, 1, size - 1_000_000);
  // It may come up before the byte is found.
  await client.createInstance({ sandboxId: 'sb_wrong', snapshotId: 'snap_large' }).catch(() => {});
  const found = async () => (await client.getInstance({ sandboxId: 'sb_wrong' })).instance;
  await until(async () => (await found())?.state === proto.State.ERROR, { everyMs: 50 });
  assert.equal((await found())?.reason, 'snapshot_corrupt');
  const { snapshots } = await client.listSnapshots({});
  assert.equal(snapshots.find(({ snapshotId }) => snapshotId === 'snap_large')?.corruptFile, 'pages.img');
  await client.deleteSnapshot({ snapshotId: 'snap_large' });
});
