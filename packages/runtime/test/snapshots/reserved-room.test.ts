import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withReservedRoom } from '../../src/snapshots/reserved-room.ts';

const MIB = 1024 * 1024;
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nullspace-room-'));
  file = join(folder, 'pages');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const room = async () => {
  const { size, blocks } = await stat(file);
  return { size, reserved: blocks * 512 };
};

test('room is reserved once the file is there, and what is left of it is given back', async () => {
  await withReservedRoom(file, { bytes: async () => 64 * MIB, leastBytes: 0 }, async () => {
    await sleep(20);
    await writeFile(file, 'begun');
    while ((await room()).reserved < 64 * MIB) await sleep(5);
    assert.equal((await room()).size, 5);
    await writeFile(file, 'ended', { flag: 'a' });
  });
  const { size, reserved } = await room();
  assert.equal(size, 10);
  assert.ok(reserved < MIB, `${reserved} bytes`);
});

test('nothing is reserved for a small file, nor where the disk would be full', async () => {
  for (const bytes of [1, Number.MAX_SAFE_INTEGER]) {
    await withReservedRoom(file, { bytes: async () => bytes }, async () => {
      await writeFile(file, 'begun');
      await sleep(100);
      assert.ok((await room()).reserved < MIB);
    });
  }
});

test('a write that fails before it makes the file is not held up', async () => {
  const writing = withReservedRoom(file, { bytes: async () => MIB, leastBytes: 0 }, async () => {
    throw new Error('no such instance');
  });
  await assert.rejects(writing, /no such instance/);
});

test('a file of which nobody knows how large it will be is written all the same', async () => {
  const bytes = () => Promise.reject(new Error('unknown'));
  await withReservedRoom(file, { bytes }, async () => await writeFile(file, 'whole'));
  assert.equal((await room()).size, 5);
});
