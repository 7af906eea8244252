import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type FileEvent, type FileWatch, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';
import { WireSocket } from '../harness/wire-socket.ts';

describe('watches', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
  });

  const inside = (script: string) => sandbox.commands.run(script, { shell: true });
  /** Events until a file named `last` is made. */
  async function read(watch: FileWatch): Promise<FileEvent[]> {
    const seen: FileEvent[] = [];
    for await (const event of watch) {
      if (event.name === 'last') return seen;
      seen.push(event);
    }
    throw new Error(`ended early: ${JSON.stringify(seen)}`);
  }
  const wireOf = async (path: string, recursive = true) => {
    const first = { type: 'file_watch', id: 'w', path, user: null, recursive };
    const wire = await WireSocket.open(installation, sandbox.id, { channel: 'watch', first });
    await wire.type('file_watch_started');
    return wire;
  };

  test('tell what happens below, also in folders made meanwhile, and what a renamed file was', async () => {
    await inside('mkdir -p /data/deep/sub; echo x > /data/deep/sub/old');
    const watch = await sandbox.files.watch('/data/deep', { recursive: true });
    await inside(
      'cd /data/deep; mv sub/old new; mkdir -p made/er; echo y > made/er/file; chmod 600 new; rm new; touch last',
    );
    const seen = await read(watch);
    const moved = seen.find(({ type }) => type === 'rename');
    assert.deepEqual(
      [moved?.name, moved?.path, moved?.oldPath],
      ['new', '/data/deep/new', '/data/deep/sub/old'],
    );
    const told = new Set(seen.map(({ type, name }) => `${type} ${name}`));
    for (const wanted of [
      'create made',
      'create made/er',
      'create made/er/file',
      'chmod new',
      'remove new',
    ]) {
      assert.ok(told.has(wanted), `${wanted} is not among ${[...told].join(', ')}`);
    }
    assert.equal(seen.filter(({ type, name }) => type === 'create' && name === 'made/er/file').length, 1);
  });

  test('that are not recursive tell of the folder alone', async () => {
    await inside('mkdir -p /data/flat/sub');
    const watch = await sandbox.files.watch('/data/flat');
    await inside('cd /data/flat; touch sub/hidden own last');
    const names = (await read(watch)).map(({ name }) => name);
    assert.ok(names.includes('own'));
    assert.ok(!names.some((name) => name.includes('hidden')), names.join(', '));
  });

  test('of a folder that is removed or moved end with an error that says so', async () => {
    for (const script of ['rm -r /data/gone', 'mv /data/gone /data/elsewhere']) {
      await inside('mkdir -p /data/gone/sub; touch /data/gone/sub/file');
      const wire = await wireOf('/data/gone');
      await inside(script);
      await assert.rejects(wire.type('never'), /\/data\/gone/);
      const error = wire.frames.find(({ type }) => type === 'error');
      assert.deepEqual([error.code, error.id], ['file_not_found', 'w']);
      await until(() => wire.socket.readyState === wire.socket.CLOSED, 'the connection is closed');
    }
  });

  test('tell of thousands of files, each once', async () => {
    await inside('mkdir -p /data/many');
    const watch = await sandbox.files.watch('/data/many', { recursive: true });
    await inside(
      'cd /data/many; for d in 1 2 3 4; do mkdir $d; for f in $(seq 500); do : > $d/$f; done; done; touch last',
    );
    const made = (await read(watch)).filter(({ type, name }) => type === 'create' && name.includes('/'));
    assert.equal(new Set(made.map(({ name }) => name)).size, 2000);
    assert.equal(made.length, 2000);
  });

  test('of a client that does not read say that changes were lost, and go on', async () => {
    await inside('mkdir -p /data/flood');
    const wire = await wireOf('/data/flood');
    wire.socket.pause();
    const long = 'n'.repeat(200);
    await sandbox.commands.run(
      `cd /data/flood; python3 -c "for i in range(60000): open('${long}%d' % (i % 400), 'w').close() if i % 2 else __import__('os').utime('.', None)"`,
      { shell: true, timeoutSecs: 120 },
    );
    wire.socket.resume();
    const lost = () => wire.frames.some(({ event }) => event === 'overflow');
    await until(lost, 'the loss is told', 120_000);
    assert.equal(wire.frames.find(({ event }) => event === 'overflow').path, '/data/flood');
    // What is left of the flood may fill the queue once more.
    await until(
      async () => {
        await inside('touch /data/flood/last');
        return wire.frames.some(({ name }) => name === 'last');
      },
      'a later change is told',
      120_000,
    );
    wire.socket.close();
  });
});
