import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { detectCgroups } from '../../src/cgroups/detect.ts';
import { runningLimits } from '../../src/gvisor/limits.ts';
import type { StartRequest } from '../../src/index.ts';
import { run } from '../../src/processes/run.ts';
import { runInGuest } from '../fixtures/guest.ts';
import { openSnapshotBench } from './snapshot-bench.ts';

const imageDigest = 'x';
const memory = { kind: 'memory', afterwards: 'run', imageDigest } as const;
const limits = { vcpus: 2, memoryMb: 1024, diskMb: 1024 };
const usualLimit = runningLimits(limits, { processors: '' }).memoryBytes ?? 0;

/** Fills memory with numbers that do not repeat, and answers with their digest on demand. */
const HOLDER = `setsid python3 -c '
import array, hashlib, http.server
held = bytearray(hashlib.shake_256(b"seed").digest(1 << 20))
blocks = [bytes(held[i:] + held[:i]) for i in range(500)]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        digest = hashlib.sha256()
        for block in blocks: digest.update(block)
        self.send_response(200); self.end_headers(); self.wfile.write(digest.hexdigest().encode())
    def log_message(self, *rest): pass
    def address_string(self): return ""
http.server.HTTPServer.server_bind = http.server.socketserver.TCPServer.server_bind
http.server.HTTPServer(("0.0.0.0", 7002), Handler).serve_forever()
' < /dev/null > /dev/null 2>&1 &`;

describe('snapshots of 500 MB of memory', { timeout: 300_000 }, () => {
  let bench: Awaited<ReturnType<typeof openSnapshotBench>>;
  let source: StartRequest;
  let digest: string;
  let snapshot: string;

  before(async () => {
    bench = await openSnapshotBench();
    source = { ...(await bench.request('source')), limits };
    await bench.engine.start(source);
    await bench.answers(source);
    await bench.remember(source, { memory: 'kept', files: 'kept' });
    await runInGuest(source.slot.guestAddress, HOLDER);
    digest = await askHolder(source, 60_000);
    snapshot = join(bench.folder, 'snapshot');
    await bench.engine.saveSnapshot('source', snapshot, memory);
  });
  after(async () => await bench?.close());

  async function restore(id: string, folder: string): Promise<StartRequest> {
    const request = { ...(await bench.request(id)), limits };
    await bench.engine.restore({ ...request, snapshot: folder, imageDigest });
    return request;
  }

  async function readLimit(id: string): Promise<number> {
    const group = detectCgroups({ name: `nullspace-${bench.machine.installation}` }).group(id).path;
    const files = [
      `/sys/fs/cgroup/memory${group}/memory.limit_in_bytes`,
      `/sys/fs/cgroup${group}/memory.max`,
    ];
    const file = files.find((each) => existsSync(each));
    return Number(await readFile(file!, 'utf8'));
  }

  /** Makes a copy of the snapshot whose pages are damaged. */
  async function damage(name: string): Promise<string> {
    const folder = join(bench.folder, name);
    await run('cp', ['-r', '--reflink=auto', snapshot, folder]);
    await using file = await open(join(folder, 'pages.img'), 'r+');
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 5000);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, size - 5000);
    return folder;
  }

  it('brings every byte back while pages load, also when the folder is removed meanwhile', async () => {
    const folder = join(bench.folder, 'removed');
    await run('cp', ['-r', '--reflink=auto', snapshot, folder]);
    const copy = await restore('copy', folder);
    await rm(folder, { recursive: true });
    await bench.restored(copy);
    assert.equal(await askHolder(copy), digest);
    assert.deepEqual(await bench.recall(copy), { memory: 'kept', files: 'kept' });
    await bench.engine.kill('copy');
  });

  it('gives a guest memory for what loads, until it has loaded', async () => {
    const copy = await restore('limited', snapshot);
    assert.ok((await readLimit('limited')) > usualLimit);
    await bench.restored(copy);
    for (const deadline = Date.now() + 60_000; (await readLimit('limited')) !== usualLimit; await sleep(50))
      assert.ok(Date.now() < deadline, 'its limit is still above the usual one');
    assert.equal(await askHolder(copy), digest);
    await bench.engine.kill('limited');
  });

  it('ends a guest whose pages turn out to be damaged, and names the file', async () => {
    const folder = await damage('damaged-pages');
    await restore('damaged', folder);
    const ended = await bench.engine.wait('damaged');
    assert.deepEqual(
      { cause: ended.cause, file: ended.file },
      { cause: 'snapshot_corrupt', file: 'pages.img' },
    );
    assert.equal((await bench.engine.wait('damaged')).cause, 'snapshot_corrupt');
    assert.deepEqual(
      (await bench.engine.list()).filter(({ id }) => id === 'damaged'),
      [{ id: 'damaged', running: false }],
    );
    await bench.engine.kill('damaged');
  });

  it('goes on with the check after a restart of our process', async () => {
    const folder = await damage('adopted-pages');
    const copy = { ...(await bench.request('adopted')), limits };
    await bench.engine.restore({ ...copy, snapshot: folder, imageDigest, verified: true });
    // As the process that was to check it would have left it.
    const record = join(bench.folder, 'engine/instances/adopted.json');
    await writeFile(
      record,
      JSON.stringify({ ...JSON.parse(await readFile(record, 'utf8')), verifying: folder }),
    );
    assert.equal((await bench.reopen().wait('adopted')).cause, 'snapshot_corrupt');
    await bench.engine.kill('adopted');
  });

  it('leaves a guest running, and nothing on disk, when the disk is full', async () => {
    const disk = join(bench.folder, 'small-disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'small', disk]);
    try {
      for (const afterwards of ['run', 'frozen'] as const) {
        await assert.rejects(
          bench.engine.saveSnapshot('source', join(disk, 'snapshot'), { ...memory, afterwards }),
          // 500 MB do not fit 64.
          ({ code, missingBytes }) => code === 'disk_full' && missingBytes > 300e6 && missingBytes < 2e9,
        );
        assert.deepEqual(await readdir(disk), []);
        // Also where a failed save has left its files open.
        const { blocks, bfree } = await statfs(disk);
        assert.ok(bfree >= blocks - 16, `${bfree} of ${blocks} blocks are free`);
        assert.equal(await askHolder(source), digest);
        assert.deepEqual(await bench.recall(source), { memory: 'kept', files: 'kept' });
      }
    } finally {
      await run('umount', ['--lazy', disk]);
    }
    await bench.engine.saveSnapshot('source', join(bench.folder, 'after-full'), memory);
  });

  it('lets a guest go on whose saver was killed in between, and removes what it left', async () => {
    for (const moment of ['prepared', 'begun', 'written']) {
      const folder = join(bench.folder, `cut-off-${moment}`);
      await killDuringSave(folder, moment);
      const engine = bench.reopen();
      await engine.thaw('source');
      assert.ok(!existsSync(`${folder}.partial`) && !existsSync(folder));
      assert.equal(await askHolder(source), digest);
      assert.deepEqual(await bench.recall(source), { memory: 'kept', files: 'kept' });
    }
    await bench.engine.saveSnapshot('source', join(bench.folder, 'after-cut'), memory);
  });

  it('lets a guest go on that was paused without a note of it', async () => {
    await bench.engine.saveSnapshot('source', join(bench.folder, 'unnoted'), {
      ...memory,
      afterwards: 'frozen',
    });
    const state = join(bench.folder, 'engine/runsc/source_sandbox:source.state');
    await writeFile(
      state,
      (await readFile(state, 'utf8')).replace('"status":"paused"', '"status":"running"'),
    );
    assert.equal(await bench.isFrozen(source), true);
    await bench.reopen().thaw('source');
    assert.deepEqual(await bench.recall(source), { memory: 'kept', files: 'kept' });
  });

  /** Saves in a process of its own and kills that when its folder is there, pages are being written, or are all there. */
  async function killDuringSave(folder: string, moment: string): Promise<void> {
    const options = JSON.stringify({ ...bench.machine.engineOptions, folder, imageDigest });
    const saver = spawn(
      process.execPath,
      [fileURLToPath(new URL('../fixtures/saver.ts', import.meta.url)), options],
      {
        stdio: 'inherit',
      },
    );
    const temporary = `${folder}.partial`;
    const watched = moment === 'prepared' ? temporary : join(temporary, 'pages.img');
    const { size: whole } = await stat(join(snapshot, 'pages.img'));
    const least = moment === 'written' ? whole * 0.95 : 1;
    for (const deadline = Date.now() + 60_000; ; await sleep(1)) {
      const size = await stat(watched).then(
        (file) => file.size,
        () => 0,
      );
      if (size >= least) break;
      assert.ok(Date.now() < deadline && saver.exitCode === null, `nothing was written: ${saver.exitCode}`);
    }
    saver.kill('SIGKILL');
    await new Promise((resolve) => saver.once('close', resolve));
  }
});

async function askHolder({ slot }: StartRequest, patienceMs = 30_000): Promise<string> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(50)) {
    const answer = await fetch(`http://${slot.guestAddress}:7002/`).then(
      (response) => response.text(),
      (error) => error,
    );
    if (typeof answer === 'string') return answer;
    if (Date.now() > deadline) throw answer;
  }
}
