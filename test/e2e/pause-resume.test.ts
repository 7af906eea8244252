import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type CommandHandle, NotFoundError, Sandbox, SandboxPausedError, Snapshot } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { keep, kept, startKeeper } from '../harness/keeper.ts';
import { nothingLeft, processesOf } from '../harness/leftovers.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('pausing and resuming', () => {
  let installation: Installation;
  let connection: Installation['connection'];
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
  });

  test('brings back files, memory, processes and servers, under a new id', async () => {
    const sandbox = await Sandbox.create({ ...connection, metadata: { purpose: 'pause' }, envs: { A: 'b' } });
    await startKeeper(sandbox);
    await keep(sandbox, 'write', { path: 'a/b.txt', text: 'kept', mtime: 1_700_000_000_123_456_000 });
    await keep(sandbox, 'chmod', { path: 'a/b.txt', mode: 0o751 });
    await keep(sandbox, 'chown', { path: 'a/b.txt', uid: 1234, gid: 4321 });
    await keep(sandbox, 'add', { name: 'n', by: 41 });
    await keep(sandbox, 'grow', { name: 'heap', mib: 32 });
    await keep(sandbox, 'spawn', { name: 'sleeper' });
    await sandbox.files.write('/root/outside-of-workspace', 'x'.repeat(100_000));
    const before = await kept(sandbox);

    const snapshot = await sandbox.pause();
    assert.equal(snapshot.sandboxId, sandbox.id);
    assert.ok(snapshot.sizeBytes > 32 * 2 ** 20, `${snapshot.sizeBytes} bytes hold a heap of 32 MiB`);
    await until(() => processesOf(installation, sandbox.id).length === 0, 'its processes are gone');
    const paused = await Sandbox.getInfoById(sandbox.id, connection);
    assert.deepEqual([paused.status, paused.snapshotId], ['paused', snapshot.id]);
    assert.equal(paused.timeoutAt, undefined, 'no deadline while paused');

    const resumed = await Sandbox.resume(snapshot.id, connection);
    assert.notEqual(resumed.id, sandbox.id);
    assert.deepEqual(await kept(resumed), before);
    await keep(resumed, 'add', { name: 'n', by: 1 });
    assert.equal((await kept(resumed)).counters.n, 42);
    assert.equal((await resumed.files.read('/root/outside-of-workspace')).length, 100_000);
    assert.equal((await resumed.commands.run('echo $A', { shell: true })).stdout, 'b\n');
    const info = await resumed.getInfo();
    assert.deepEqual(
      [info.status, info.metadata, info.snapshotId],
      ['running', { purpose: 'pause' }, undefined],
    );
    await resumed.kill();
  });

  test('the old id stays a name of the resumed sandbox, outside of lists', async () => {
    const sandbox = await Sandbox.create(connection);
    await sandbox.pause();
    const resumed = await Sandbox.connect(sandbox.id, connection);
    assert.notEqual(resumed.id, sandbox.id);
    assert.equal((await Sandbox.getInfoById(sandbox.id, connection)).id, resumed.id);
    assert.equal((await Sandbox.connect(sandbox.id, connection)).id, resumed.id);
    const listed = (await Array.fromAsync(await Sandbox.list(connection))).map(({ id }) => id);
    assert.ok(listed.includes(resumed.id) && !listed.includes(sandbox.id));
    await assert.rejects(Sandbox.killById(sandbox.id, connection), NotFoundError);
    assert.equal(await resumed.isRunning(), true);
    await resumed.kill();
    await assert.rejects(Sandbox.getInfoById(sandbox.id, connection), NotFoundError);
  });

  test('reading never wakes it, and other calls say that it is paused', async () => {
    const sandbox = await Sandbox.create(connection);
    const { id: snapshotId } = await sandbox.pause();
    assert.equal((await sandbox.pause()).id, snapshotId, 'pausing again answers with the same snapshot');
    await Sandbox.getMetricsById(sandbox.id, connection).catch((error: unknown) => {
      assert.ok(error instanceof SandboxPausedError);
    });
    await Array.fromAsync(await Sandbox.list({ ...connection, state: 'paused' }));
    assert.equal(await sandbox.isRunning(), false);
    for (const call of [
      () => sandbox.commands.run('true'),
      () => sandbox.commands.run('true', { onStdout: () => {} }),
      () => sandbox.files.read('/etc/hostname'),
      () => sandbox.fork(),
      () => sandbox.createSnapshot(),
      () => sandbox.setTimeout(60),
    ]) {
      const error = await call().then(
        () => undefined,
        (caught: unknown) => caught,
      );
      assert.ok(error instanceof SandboxPausedError, `${call} gave ${error}`);
      assert.match(`${error.suggestedAction}`, /resume|connect/i);
    }
    assert.equal((await sandbox.getInfo()).status, 'paused');
    await sandbox.kill();
  });

  test('a paused one that is killed is gone with its snapshot', async () => {
    const sandbox = await Sandbox.create(connection);
    const { id } = await sandbox.pause();
    await sandbox.kill();
    await assert.rejects(Sandbox.resume(id, connection), { code: 'sandbox_not_found' });
    await assert.rejects(Snapshot.get(id, connection), NotFoundError);
    await assert.rejects(sandbox.getInfo(), NotFoundError);
    await until(() => snapshotFolders(installation).length === 0, 'its disk is freed');
  });

  test('its block keeps it', async () => {
    let id = '';
    {
      await using sandbox = await Sandbox.create(connection);
      id = sandbox.id;
      await sandbox.pause();
    }
    assert.equal((await Sandbox.getInfoById(id, connection)).status, 'paused');
    await Sandbox.killById(id, connection);
  });

  test('a command whose output is followed is cut with word, and read on from there', async () => {
    const sandbox = await Sandbox.create(connection);
    const script = 'for i in $(seq 1 300); do echo line $i; sleep 0.02; done; echo end';
    let text = '';
    const first = Promise.withResolvers<void>();
    const handle: CommandHandle = await sandbox.commands.run(script, {
      shell: true,
      background: true,
      onStdout: (piece) => {
        text += piece;
        first.resolve();
      },
    });
    await first.promise;
    const cut = handle.wait().catch((error: unknown) => error);
    await sandbox.pause();
    const error = await cut;
    assert.ok(error instanceof SandboxPausedError, String(error));
    assert.equal(error.offsets?.stdout, text.length);

    const resumed = await Sandbox.connect(sandbox.id, connection);
    const again = await resumed.commands.connect(error.pid!, {
      offsets: error.offsets,
      onStdout: (piece) => {
        text += piece;
      },
    });
    assert.equal((await again.wait({ timeoutSecs: 120 })).exitCode, 0);
    assert.equal(text, `${Array.from({ length: 300 }, (_, index) => `line ${index + 1}\n`).join('')}end\n`);
    await resumed.kill();
  });

  test('a call that waits for its command is told of the pause', async () => {
    const sandbox = await Sandbox.create(connection);
    const waiting = sandbox.commands.run('echo $$ > /workspace/pid; sleep 600', {
      shell: true,
      timeoutSecs: 900,
    });
    const cut = waiting.catch((error: unknown) => error);
    await until(() => sandbox.files.exists('/workspace/pid'), 'the command runs');
    await sandbox.pause();
    assert.ok((await cut) instanceof SandboxPausedError);
    const resumed = await Sandbox.connect(sandbox.id, connection);
    const pid = (await resumed.files.read('/workspace/pid')).trim();
    assert.equal((await resumed.commands.run('kill', { args: ['-0', pid] })).exitCode, 0, 'it runs on');
    await resumed.kill();
  });

  test('ten rounds leave no memory, descriptor or disk behind, and no file is lost', async () => {
    let sandbox = await Sandbox.create({ ...connection, timeout: 600 });
    await startKeeper(sandbox);
    const round = async (number: number) => {
      const name = `round-${number}`;
      await keep(sandbox, 'write', { path: name, text: name.repeat(1000), mtime: 1_700_000_000_000_000_000 });
      await keep(sandbox, 'add', { name: 'rounds', by: 1 });
      const { sizeBytes } = await sandbox.pause();
      sandbox = await Sandbox.connect(sandbox.id, connection);
      return sizeBytes;
    };
    const first = await round(0);
    const before = use(installation);
    let last = 0;
    for (let number = 1; number < 10; number++) last = await round(number);
    const state = await kept(sandbox);
    assert.deepEqual([Object.keys(state.files).length, state.counters.rounds], [10, 10]);
    assert.ok(last < first + 8 * 2 ** 20, `the snapshot grew from ${first} to ${last} bytes`);
    await until(() => use(installation).descriptors <= before.descriptors + 8, 'descriptors are back');
    await until(() => snapshotFolders(installation).length === 0, 'no snapshot of a pause stays');
    const after = use(installation);
    assert.ok(after.residentMb < before.residentMb + 60, `memory: ${JSON.stringify([before, after])}`);
    await sandbox.kill();
    await until(() => nothingLeft(installation), 'nothing is left');
  });
});

function snapshotFolders(installation: Installation): string[] {
  return readdirSync(join(installation.dataDir, 'host/snapshots'));
}

function use({ host, server }: Installation): { descriptors: number; residentMb: number } {
  const pids = [host.pid, server.pid];
  return {
    descriptors: pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0),
    residentMb: pids.reduce((sum, pid) => sum + memoryOf(pid), 0) / 1024 / 1024,
  };
}
