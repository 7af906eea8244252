import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  type Engine,
  type SaveOptions,
  SnapshotError,
  type SnapshotManifest,
  type StartRequest,
} from '../../src/index.ts';
import { encodeManifest } from '../../src/snapshots/manifest.ts';

/** What a guest holds. Memory is empty in a guest that was started afresh. */
export interface Content {
  memory: string;
  files: string;
}

export interface SnapshotBench {
  engine: Engine;
  /** An engine as a new process of ours would make it, on the same machine. */
  reopen(): Engine;
  /** Everything a start needs, with a slot and a folder of its own. */
  request(id: string): Promise<StartRequest>;
  /** Resolves once the guest answers. */
  answers(request: StartRequest): Promise<void>;
  /** Resolves once a guest made from a snapshot answers, as what it is now. */
  restored(request: StartRequest): Promise<void>;
  /** Whether the guest stands still. */
  isFrozen(request: StartRequest): Promise<boolean>;
  remember(request: StartRequest, content: Content): Promise<void>;
  recall(request: StartRequest): Promise<Content>;
  /** An empty folder that is removed at the end. */
  folder: string;
  close(): Promise<void>;
}

const imageDigest = 'sha256-of-an-image';
const running: SaveOptions = { kind: 'memory', afterwards: 'run', imageDigest };

/** What every engine promises about snapshots. The file that calls it says which engine. */
export function testSnapshots(name: string, openBench: () => Promise<SnapshotBench>): void {
  describe(`snapshots of engine ${name}`, { timeout: 240_000 }, () => {
    let bench: SnapshotBench;
    let source: StartRequest;
    let snapshot: string;
    let count = 0;
    const fresh = () => `c${++count}`;

    before(async () => {
      bench = await openBench();
      source = await bench.request('source');
      await bench.engine.start(source);
      await bench.answers(source);
      await bench.remember(source, { memory: 'saved', files: 'saved' });
      snapshot = join(bench.folder, 'snapshot');
      await bench.engine.saveSnapshot('source', snapshot, running);
      await bench.remember(source, { memory: 'later', files: 'later' });
    });
    after(async () => await bench?.close());

    async function restore(folder: string, change: Partial<StartRequest> = {}): Promise<StartRequest> {
      const request = { ...(await bench.request(fresh())), ...change };
      await bench.engine.restore({ ...request, snapshot: folder, imageDigest });
      await bench.restored(request);
      return request;
    }

    /** Asserts that a restore is refused, and that nothing of it was started. */
    async function refuses(
      folder: string,
      expected: { code: string; field: string },
      change: { imageDigest?: string; limits?: StartRequest['limits'] } = {},
    ): Promise<void> {
      const request = await bench.request(fresh());
      await assert.rejects(
        bench.engine.restore({ ...request, imageDigest, ...change, snapshot: folder }),
        (error) => {
          assert.ok(error instanceof SnapshotError, String(error));
          assert.deepEqual({ code: error.code, field: error.field }, expected, error.message);
          return true;
        },
      );
      assert.ok(!(await bench.engine.list()).some(({ id }) => id === request.id));
    }

    /** A copy of the snapshot that a test may damage. */
    async function copySnapshot(): Promise<string> {
      const folder = join(bench.folder, `damaged-${fresh()}`);
      await cp(snapshot, folder, { recursive: true });
      return folder;
    }

    async function rewriteManifest(change: Partial<SnapshotManifest>): Promise<string> {
      const folder = await copySnapshot();
      const manifest = await bench.engine.inspectSnapshot(folder);
      await writeFile(join(folder, 'manifest.json'), encodeManifest({ ...manifest, ...change }));
      return folder;
    }

    it('describes itself in a manifest that is on disk', async () => {
      const manifest = await bench.engine.inspectSnapshot(snapshot, { verify: true });
      const { limits } = source;
      assert.deepEqual(
        { kind: manifest.kind, imageDigest: manifest.imageDigest, limits: manifest.limits },
        { kind: 'memory', imageDigest, limits },
      );
      assert.equal(manifest.engine, bench.engine.name);
      assert.equal(manifest.engineBuild, await bench.engine.version());
      const names = (await readdir(snapshot)).filter((each) => each !== 'manifest.json').sort();
      assert.deepEqual(manifest.files.map(({ name: each }) => each).sort(), names);
      for (const file of manifest.files) {
        assert.equal((await stat(join(snapshot, file.name))).size, file.sizeBytes);
      }
      assert.ok(!existsSync(`${snapshot}.partial`));
    });

    it('brings memory and files back in any number of copies that share nothing', async () => {
      const first = await restore(snapshot);
      const second = await restore(snapshot);
      assert.deepEqual(await bench.recall(first), { memory: 'saved', files: 'saved' });
      await bench.remember(first, { memory: 'first', files: 'first' });
      assert.deepEqual(await bench.recall(second), { memory: 'saved', files: 'saved' });
      assert.deepEqual(await bench.recall(first), { memory: 'first', files: 'first' });
      assert.deepEqual(await bench.recall(source), { memory: 'later', files: 'later' });
      await bench.engine.inspectSnapshot(snapshot, { verify: true });
      await Promise.all([first, second].map(({ id }) => bench.engine.kill(id)));
    });

    it('saves a copy as it saves an original', async () => {
      const copy = await restore(snapshot);
      await bench.remember(copy, { memory: 'second', files: 'second' });
      const again = join(bench.folder, 'again');
      await bench.engine.saveSnapshot(copy.id, again, { ...running, afterwards: 'frozen' });
      await bench.engine.kill(copy.id);
      const later = await restore(again);
      assert.deepEqual(await bench.recall(later), { memory: 'second', files: 'second' });
      await bench.engine.kill(later.id);
    });

    it('brings files alone back, with fresh processes', async () => {
      const folder = join(bench.folder, 'files');
      await bench.engine.saveSnapshot('source', folder, { ...running, kind: 'filesystem' });
      const copy = await restore(folder);
      assert.deepEqual(await bench.recall(copy), { memory: '', files: 'later' });
      assert.deepEqual(await bench.recall(source), { memory: 'later', files: 'later' });
      await bench.engine.kill(copy.id);
    });

    it('leaves an instance frozen on demand, until a thaw by any process of ours', async () => {
      for (const kind of ['memory', 'filesystem'] as const) {
        for (const engine of [bench.engine, bench.reopen()]) {
          const folder = join(bench.folder, `frozen-${fresh()}`);
          await bench.engine.saveSnapshot('source', folder, { kind, afterwards: 'frozen', imageDigest });
          assert.equal(await bench.isFrozen(source), true);
          await engine.thaw('source');
          await bench.answers(source);
          await engine.thaw('source');
          assert.deepEqual(await bench.recall(source), { memory: 'later', files: 'later' });
        }
      }
      await bench.engine.thaw('unknown');
    });

    it('refuses a damaged, missing or longer file by its name, before anything starts', async () => {
      const names = await readdir(snapshot);
      for (const name of names) {
        const expected = { code: 'snapshot_corrupt', field: name };
        const folder = await copySnapshot();
        const path = join(folder, name);
        const { size } = await stat(path);
        for (const position of [0, Math.floor(size / 2), size - 1]) {
          await flip(path, position);
          await refuses(folder, expected);
          await flip(path, position);
        }
        await appendFile(path, 'x');
        await refuses(folder, expected);
        await rm(path);
        await refuses(folder, name === 'manifest.json' ? { code: 'snapshot_missing', field: '' } : expected);
        await copyFile(join(snapshot, name), path);
        await bench.engine.inspectSnapshot(folder, { verify: true });
        await rm(folder, { recursive: true });
      }
    });

    it('refuses what another build, processor, image or size made, and says what differs', async () => {
      await refuses(await rewriteManifest({ engine: 'other' }), {
        code: 'rebuild_required',
        field: 'engine',
      });
      await refuses(await rewriteManifest({ engineBuild: 'other' }), {
        code: 'rebuild_required',
        field: 'engine_build',
      });
      await refuses(await rewriteManifest({ cpuFeatures: ['nonexistent'] }), {
        code: 'incompatible_snapshot',
        field: 'cpu_features',
      });
      const code = 'incompatible_snapshot';
      await refuses(snapshot, { code, field: 'image_digest' }, { imageDigest: 'sha256-other' });
      const limits = { ...source.limits, memoryMb: source.limits.memoryMb + 1 };
      await refuses(snapshot, { code, field: 'limits' }, { limits });
      await refuses(join(bench.folder, 'nothing'), { code: 'snapshot_missing', field: '' });
    });

    it('refuses a folder that exists, and an unknown instance, and leaves both alone', async () => {
      const taken = join(bench.folder, 'taken');
      await mkdir(taken);
      await writeFile(join(taken, 'mine'), 'mine');
      const failed = { code: 'snapshot_failed' };
      await assert.rejects(bench.engine.saveSnapshot('source', taken, running), failed);
      assert.equal(await readFile(join(taken, 'mine'), 'utf8'), 'mine');
      const folder = join(bench.folder, 'unknown');
      await assert.rejects(bench.engine.saveSnapshot('unknown', folder, running), failed);
      await assert.rejects(
        bench.engine.saveSnapshot('source', join(bench.folder, 'no/parent'), {
          ...running,
          afterwards: 'frozen',
        }),
        failed,
      );
      assert.equal(await bench.isFrozen(source), false);
      await bench.answers(source);
    });

    it('calls a save off when the instance is killed, and leaves nothing of it', async () => {
      const copy = await restore(snapshot);
      for (const afterwards of ['run', 'frozen'] as const) {
        const request = afterwards === 'run' ? copy : await restore(snapshot);
        const folder = join(bench.folder, `called-off-${afterwards}`);
        const saved = bench.engine.saveSnapshot(request.id, folder, { ...running, afterwards }).then(
          () => true,
          () => false,
        );
        await bench.engine.kill(request.id);
        // The save may have been quicker.
        assert.equal(await saved, existsSync(folder));
        assert.ok(!existsSync(`${folder}.partial`));
        assert.ok(!(await bench.engine.list()).some(({ id }) => id === request.id));
      }
    });
  });
}

async function flip(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  buffer[0] = (buffer[0] ?? 0) ^ 0x10;
  await file.write(buffer, 0, 1, position);
}
