import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Engine, StartRequest } from '../../src/index.ts';

export interface EngineBench {
  engine: Engine;
  /** An engine as a new process of ours would make it, on the same machine. */
  reopen(): Engine;
  /** Everything a start needs, with a slot and a folder of its own. */
  request(id: string): Promise<StartRequest>;
  /** Lets the first process of an instance end by itself. */
  endByItself(id: string): Promise<void>;
  /** Resolves once the guest answers. */
  answers(request: StartRequest): Promise<void>;
  /** An empty folder that is removed at the end. */
  folder: string;
  close(): Promise<void>;
}

/** What every engine promises. The file that calls it says which engine. */
export function testEngine(name: string, open: () => Promise<EngineBench>): void {
  describe(`engine ${name}`, { timeout: 180_000 }, () => {
    let bench: EngineBench;
    before(async () => {
      bench = await open();
    });
    after(async () => await bench?.close());

    it('lists a started instance and forgets it when it was killed', async () => {
      const { engine } = bench;
      const request = await bench.request('a1');
      await engine.start(request);
      await bench.answers(request);
      assert.deepEqual(await engine.list(), [{ id: 'a1', running: true }]);
      const usage = await engine.usage('a1');
      assert.ok(usage && usage.processes > 0 && usage.memoryBytes > 0 && usage.cpuUsec > 0);
      const ended = engine.wait('a1');
      await engine.kill('a1');
      assert.equal((await ended).cause, 'killed');
      assert.deepEqual(await engine.list(), []);
      assert.equal(await engine.usage('a1'), undefined);
    });

    it('takes a kill of an unknown instance, and of one twice at the same time', async () => {
      const { engine } = bench;
      await engine.kill('unknown');
      await engine.start(await bench.request('b1'));
      await Promise.all([engine.kill('b1'), engine.kill('b1')]);
      await engine.kill('b1');
      assert.deepEqual(await engine.list(), []);
    });

    it('answers a wait for an unknown instance at once, and ends a wait with its signal', async () => {
      const { engine } = bench;
      assert.equal((await engine.wait('unknown')).cause, 'killed');
      await engine.start(await bench.request('c1'));
      const abort = new AbortController();
      const waiting = engine.wait('c1', abort.signal);
      abort.abort(new Error('enough'));
      await assert.rejects(waiting, /enough/);
      await engine.kill('c1');
    });

    it('refuses ids that cannot be names, and an id that is taken', async () => {
      const { engine } = bench;
      const request = await bench.request('d1');
      for (const id of ['', '../d', 'D1', 'd 1', 'd'.repeat(65)]) {
        await assert.rejects(engine.start({ ...request, id }), /lower-case letters and digits/);
      }
      await engine.start(request);
      await assert.rejects(engine.start(request), /exists already/);
      assert.deepEqual(await engine.list(), [{ id: 'd1', running: true }]);
      await engine.kill('d1');
    });

    it('leaves nothing of a start that failed', async () => {
      const { engine } = bench;
      const request = await bench.request('e1');
      await assert.rejects(engine.start({ ...request, image: join(bench.folder, 'missing.erofs') }));
      assert.deepEqual(await engine.list(), []);
      await engine.start(request);
      await engine.kill('e1');
    });

    it('calls off a start that is killed meanwhile', async () => {
      const { engine } = bench;
      const request = await bench.request('f1');
      const started = engine.start(request).then(
        () => 'started',
        () => 'called off',
      );
      await engine.kill('f1');
      // The kill may come so early that the start has yet to begin, and then it takes place.
      if ((await started) === 'started') await engine.kill('f1');
      assert.deepEqual(await engine.list(), []);
    });

    it('tells of an instance that ended by itself, and keeps it listed until the kill', async () => {
      const { engine } = bench;
      const request = await bench.request('g1');
      await engine.start(request);
      await bench.answers(request);
      const ended = engine.wait('g1');
      await bench.endByItself('g1');
      assert.equal((await ended).cause, 'exit');
      assert.deepEqual(await engine.list(), [{ id: 'g1', running: false }]);
      assert.equal((await engine.wait('g1')).cause, 'exit');
      await engine.kill('g1');
      assert.deepEqual(await engine.list(), []);
    });

    it('finds, waits for and cleans instances of an earlier process', async () => {
      await bench.engine.start(await bench.request('h1'));
      await bench.engine.start(await bench.request('h2'));
      const engine = bench.reopen();
      assert.deepEqual(
        (await engine.list()).sort((a, b) => a.id.localeCompare(b.id)),
        [
          { id: 'h1', running: true },
          { id: 'h2', running: true },
        ],
      );
      const ended = engine.wait('h2');
      await engine.clean(new Set(['h1']));
      assert.equal((await ended).cause, 'killed');
      assert.deepEqual(await engine.list(), [{ id: 'h1', running: true }]);
      await engine.kill('h1');
    });

    it('restores copies from a snapshot of an instance that goes on', async () => {
      const { engine } = bench;
      const original = await bench.request('i1');
      await engine.start(original);
      await bench.answers(original);
      const snapshot = join(bench.folder, 'snapshot-i');
      const { manifest } = await engine.saveSnapshot('i1', snapshot, {
        kind: 'memory',
        afterwards: 'run',
        imageDigest: 'sha256:1',
      });
      assert.deepEqual(await engine.inspectSnapshot(snapshot, { verify: true }), manifest);
      for (const id of ['i2', 'i3']) {
        const copy = await bench.request(id);
        await engine.restore({ ...copy, snapshot, imageDigest: 'sha256:1' });
        await bench.answers(copy);
      }
      await bench.answers(original);
      assert.equal((await engine.list()).filter(({ running }) => running).length, 3);
      await engine.clean(new Set());
      assert.deepEqual(await engine.list(), []);
    });

    it('refuses to save an unknown instance', async () => {
      const save = bench.engine.saveSnapshot('unknown', join(bench.folder, 'snapshot-j'), {
        kind: 'memory',
        afterwards: 'run',
        imageDigest: 'sha256:1',
      });
      await assert.rejects(save, /does not run/);
    });
  });
}
