import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGvisorEngine, type Engine, type GvisorOptions, type StartRequest } from '../../src/index.ts';
import { run } from '../../src/processes/run.ts';
import { runInGuest } from '../fixtures/guest.ts';
import { openSnapshotBench } from './snapshot-bench.ts';

const MIB = 1024 * 1024;
const imageDigest = 'x';
const limits = { vcpus: 2, memoryMb: 512, diskMb: 4096 };
const pause = { kind: 'memory', afterwards: 'frozen', imageDigest } as const;

describe('the disk of a paused instance', { timeout: 600_000 }, () => {
  let bench: Awaited<ReturnType<typeof openSnapshotBench>>;
  let engine: Engine;
  let options: GvisorOptions;

  before(async () => {
    bench = await openSnapshotBench();
    options = { ...bench.machine.engineOptions, leastDiskBytes: 4 * MIB };
    engine = createGvisorEngine(options);
  });
  after(async () => await bench?.close());

  async function boot(id: string, change: Partial<StartRequest> = {}): Promise<StartRequest> {
    const request = { ...(await bench.request(id)), limits, ...change };
    await engine.start(request);
    await bench.answers(request);
    await bench.remember(request, { memory: id, files: id });
    return request;
  }

  async function restore(id: string, snapshot: string): Promise<StartRequest> {
    const request = { ...(await bench.request(id)), limits };
    await engine.restore({ ...request, snapshot, imageDigest });
    await bench.restored(request);
    return request;
  }

  /** Its disk's file, as long as it runs. */
  async function diskOf({ folder }: StartRequest) {
    const [name = '', ...rest] = await readdir(join(folder, 'upper'));
    assert.deepEqual(rest, []);
    return await stat(join(folder, 'upper', name));
  }

  it('becomes part of the snapshot as it is, five times while it grows beyond a gibibyte', async () => {
    let guest = await boot('round0');
    for (let round = 0; round < 5; round++) {
      // The last rounds make the file longer than the piece that the engine lengthens it by.
      await write(guest, `file-${round}`, round < 3 ? 40 : 600);
      await write(guest, 'changed', 9);
      await runInGuest(
        guest.slot.guestAddress,
        `truncate -s 300M /root/sparse; rm -f /root/file-${round - 2}`,
      );
      const sums = await sumFiles(guest);
      const disk = await diskOf(guest);
      const folder = join(bench.folder, `snapshot-${round}`);
      const { manifest } = await engine.saveSnapshot(guest.id, folder, pause);
      const saved = await stat(join(folder, 'disk.img'));
      assert.deepEqual([saved.ino, saved.size], [disk.ino, disk.size]);
      assert.ok(round < 4 || saved.size > 1024 * MIB);
      assert.ok((await stat(join(folder, 'pages.img'))).size < 200 * MIB);
      assert.ok(manifest.sizeBytes < disk.blocks * 512 + 250 * MIB);
      await engine.kill(guest.id);
      assert.equal((await stat(join(folder, 'disk.img'))).nlink, 1);
      if (round % 2 === 0) await engine.sumSnapshot(folder);
      const memory = await restored(`round${round + 1}`, folder);
      assert.equal(memory, 'round0');
      assert.equal(await sumFiles(guest), sums);
      // What the copy did meanwhile is its own.
      await engine.sumSnapshot(folder);
      const { files } = await engine.inspectSnapshot(folder, { verify: true });
      assert.ok(files.every(({ unsummed, chunks }) => !unsummed && chunks.length > 0));
      await rm(folder, { recursive: true });
    }
    await engine.kill(guest.id);

    async function restored(id: string, folder: string): Promise<string> {
      guest = await restore(id, folder);
      return (await bench.recall(guest)).memory;
    }
  });

  it('stays with an instance that goes on after all', async () => {
    const guest = await boot('thawed');
    await write(guest, 'before', 30);
    const { ino } = await diskOf(guest);
    for (let round = 0; round < 3; round++) {
      const sums = await sumFiles(guest);
      const folder = join(bench.folder, `called-off-${round}`);
      await engine.saveSnapshot('thawed', folder, pause);
      assert.ok(existsSync(join(folder, 'disk.img')));
      await rm(folder, { recursive: true });
      await engine.thaw('thawed');
      assert.equal(await sumFiles(guest), sums);
      await write(guest, `after-${round}`, 20);
      assert.equal((await diskOf(guest)).ino, ino);
    }
    // A save that lets it go on shares nothing with it.
    const folder = join(bench.folder, 'apart');
    await engine.saveSnapshot('thawed', folder, { ...pause, afterwards: 'run' });
    assert.ok(!existsSync(join(folder, 'disk.img')));
    assert.equal((await diskOf(guest)).nlink, 1);
    await engine.kill('thawed');
  });

  it('stays with an instance whose saver was killed', async () => {
    const guest = await boot('source');
    await write(guest, 'before', 60);
    for (const moment of ['', 'disk.img', 'pages.img', 'manifest.json']) {
      const sums = await sumFiles(guest);
      const folder = join(bench.folder, `cut-off-${moment}`);
      await killDuringSave(folder, moment);
      await rm(folder, { recursive: true, force: true });
      engine = createGvisorEngine(options);
      await engine.thaw('source');
      assert.ok(!existsSync(`${folder}.partial`));
      assert.equal(await sumFiles(guest), sums);
      assert.equal((await diskOf(guest)).nlink, 1);
      await write(guest, 'between', 5);
    }
    await engine.kill('source');
  });

  it('stays with an instance that could not be saved on a full disk', async () => {
    const small = join(bench.folder, 'small-disk');
    await mkdir(small);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'small', small]);
    try {
      const own = join(small, 'own');
      await mkdir(own);
      const guest = await boot('full', { folder: own });
      await write(guest, 'before', 60);
      const sums = await sumFiles(guest);
      const { bavail, bsize } = await statfs(small);
      await writeFile(join(small, 'ballast'), Buffer.alloc(bavail * bsize - 2 * MIB, 1));
      await assert.rejects(engine.saveSnapshot('full', join(small, 'snapshot'), pause), {
        code: 'disk_full',
      });
      assert.deepEqual((await readdir(small)).sort(), ['ballast', 'own']);
      await rm(join(small, 'ballast'));
      assert.equal(await sumFiles(guest), sums);
      await write(guest, 'after', 20);
      const grown = await sumFiles(guest);
      await engine.saveSnapshot('full', join(small, 'snapshot'), pause);
      await engine.kill('full');
      const copy = await restore('fits', join(small, 'snapshot'));
      assert.equal(await sumFiles(copy), grown);
      await engine.kill('fits');
    } finally {
      await run('umount', ['--lazy', small]);
    }
  });

  it('is checked once it has checksums, which are left as they were by a call-off', async () => {
    const guest = await boot('damaged');
    await write(guest, 'data', 30);
    const folder = join(bench.folder, 'damaged-disk');
    await engine.saveSnapshot('damaged', folder, pause);
    await engine.kill('damaged');
    await assert.rejects(engine.sumSnapshot(folder, AbortSignal.abort()));
    assert.ok((await engine.inspectSnapshot(folder)).files.some(({ unsummed }) => unsummed));
    await engine.sumSnapshot(folder);
    await flip(join(folder, 'disk.img'));
    await assert.rejects(engine.inspectSnapshot(folder, { verify: true }), {
      code: 'snapshot_corrupt',
      field: 'disk.img',
    });
    const copy = { ...(await bench.request('copy')), limits };
    await engine.restore({ ...copy, snapshot: folder, imageDigest });
    const { cause, file } = await engine.wait('copy');
    assert.deepEqual({ cause, file }, { cause: 'snapshot_corrupt', file: 'disk.img' });
    await engine.kill('copy');
    // Without it nothing of the guest may run.
    await rm(join(folder, 'disk.img'));
    const other = { ...(await bench.request('other')), limits };
    await assert.rejects(engine.restore({ ...other, snapshot: folder, imageDigest }), {
      code: 'snapshot_corrupt',
    });
  });

  it('is copied by a runsc that cannot do without, which refuses such snapshots', async () => {
    const runsc = join(bench.folder, 'other-runsc');
    const refusal = 'case "$*" in *data-ranges*) exit 128;; esac';
    await writeFile(runsc, `#!/bin/sh\n${refusal}\nexec ${options.runsc} "$@"\n`, { mode: 0o755 });
    const other = createGvisorEngine({ ...options, runsc });
    const guest = await boot('copied');
    await write(guest, 'data', 30);
    const [copied, kept] = [join(bench.folder, 'copied-disk'), join(bench.folder, 'kept-disk')];
    await other.saveSnapshot('copied', copied, pause);
    assert.ok(!existsSync(join(copied, 'disk.img')));
    await other.thaw('copied');
    await engine.saveSnapshot('copied', kept, pause);
    await engine.kill('copied');
    const request = { ...(await bench.request('refused')), limits };
    await assert.rejects(other.restore({ ...request, snapshot: kept, imageDigest }), {
      code: 'rebuild_required',
    });
  });

  /** Saves in a process of its own and kills that as soon as a file is there; without one, the folder. */
  async function killDuringSave(folder: string, file: string): Promise<void> {
    const saver = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('../fixtures/saver.ts', import.meta.url)),
        JSON.stringify({ ...options, folder, imageDigest }),
      ],
      { stdio: 'inherit' },
    );
    const watched = [join(`${folder}.partial`, file), join(folder, file)];
    for (const deadline = Date.now() + 60_000; !watched.some(existsSync); await sleep(1))
      assert.ok(Date.now() < deadline, 'nothing was saved');
    saver.kill('SIGKILL');
    await new Promise((resolve) => saver.once('close', resolve));
  }
});

async function write({ slot }: StartRequest, name: string, mib: number): Promise<void> {
  const { code, output } = await runInGuest(
    slot.guestAddress,
    `head -c ${mib}M /dev/urandom > /root/${name}`,
    AbortSignal.timeout(120_000),
  );
  assert.equal(code, 0, output);
}

/** Checksums of all that the guest has written. */
async function sumFiles({ slot }: StartRequest): Promise<string> {
  const { output } = await runInGuest(
    slot.guestAddress,
    'cd /root && find . -type f | sort | xargs md5sum',
    AbortSignal.timeout(120_000),
  );
  return output;
}

/** Changes a byte of data in the middle of the first of it. */
async function flip(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(16 * MIB), 0, 16 * MIB, 0);
  const at = buffer.findIndex((byte, index) => index >= 8 * MIB && byte !== 0);
  assert.ok(at > 0);
  await file.write(Buffer.from([(buffer[at] ?? 0) ^ 1]), 0, 1, at);
}
