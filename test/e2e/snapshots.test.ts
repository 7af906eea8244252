import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { ConflictError, NotFoundError, Sandbox, Snapshot } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { keep, kept, startKeeper } from '../harness/keeper.ts';
import { nothingLeft } from '../harness/leftovers.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('snapshots', () => {
  let installation: Installation;
  let connection: Installation['connection'];
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
  });

  test('are taken without a word to those that are connected, and start any number of sandboxes', async () => {
    const sandbox = await Sandbox.create(connection);
    await startKeeper(sandbox);
    await keep(sandbox, 'add', { name: 'n', by: 1 });
    const lines: string[] = [];
    const handle = await sandbox.commands.run('while :; do echo tick; sleep 0.05; done', {
      shell: true,
      background: true,
      onStdout: (text) => lines.push(text),
    });
    const snapshot = await sandbox.createSnapshot({ metadata: { step: 'one' } });
    const count = lines.length;
    await until(() => lines.length > count + 3, 'the stream goes on');
    await keep(sandbox, 'add', { name: 'n', by: 10 });

    const [first, second] = await Promise.all([
      Sandbox.create({ ...connection, snapshotId: snapshot.id, metadata: { child: 1 } }),
      Sandbox.resume(snapshot.id, connection),
    ]);
    assert.equal(new Set([sandbox.id, first!.id, second!.id]).size, 3);
    await keep(first!, 'add', { name: 'n', by: 100 });
    const counters = await Promise.all(
      [sandbox, first!, second!].map(async (one) => (await kept(one)).counters.n),
    );
    assert.deepEqual(counters, [11, 101, 1]);
    assert.deepEqual((await first!.getInfo()).metadata, { child: 1 });
    await handle.kill();
    await Promise.all([sandbox, first!, second!].map((one) => one.kill()));
    assert.equal((await Snapshot.get(snapshot.id, connection)).status, 'ready');
    await Snapshot.delete(snapshot.id, connection);
  });

  test('of the filesystem boot fresh processes on the saved files', async () => {
    await using sandbox = await Sandbox.create({ ...connection, envs: { A: 'b' } });
    await startKeeper(sandbox);
    await sandbox.files.write('/workspace/kept.txt', 'kept');
    await sandbox.commands.run('rm -r /usr/share/doc; mkdir -p /var/lib/made; ln -s x /var/lib/made/link', {
      shell: true,
    });
    const snapshot = await sandbox.createSnapshot({ kind: 'filesystem' });
    assert.equal((await Snapshot.get(snapshot.id, connection)).kind, 'filesystem');
    await using child = await Sandbox.create({ ...connection, snapshotId: snapshot.id });
    assert.equal(await child.files.read('/workspace/kept.txt'), 'kept');
    const look = await child.commands.run(
      'readlink /var/lib/made/link; ls /usr/share/doc; echo $A; pgrep python3',
      {
        shell: true,
      },
    );
    assert.equal(look.stdout, 'x\nb\n', look.stderr);
    await Snapshot.delete(snapshot.id, connection);
  });

  test('are listed by source and labels, and deleted', async () => {
    await using one = await Sandbox.create({ ...connection, metadata: { from: 'sandbox' } });
    await using two = await Sandbox.create(connection);
    const first = await one.createSnapshot({ metadata: { team: 'red', n: 1 } });
    const second = await one.createSnapshot({ metadata: { team: 'blue' } });
    const third = await two.createSnapshot();
    const ids = async (query: object) =>
      (await Array.fromAsync(await Snapshot.list({ ...connection, limit: 1, ...query }))).map(({ id }) => id);
    assert.deepEqual(await ids({}), [third.id, second.id, first.id]);
    assert.deepEqual(await ids({ sandboxId: one.id }), [second.id, first.id]);
    assert.deepEqual(await ids({ metadata: { team: 'red' } }), [first.id]);
    assert.deepEqual(await ids({ sandboxId: two.id, metadata: { team: 'red' } }), []);
    const stranger = { ...connection, apiKey: installation.createKey('stranger') };
    await assert.rejects(Snapshot.get(first.id, stranger), NotFoundError);
    await assert.rejects(Snapshot.delete(first.id, stranger), NotFoundError);
    assert.equal((await Snapshot.list(stranger)).items.length, 0);
    for (const { id } of [first, second, third]) {
      await Snapshot.delete(id, connection);
      await assert.rejects(Snapshot.delete(id, connection), NotFoundError);
      await assert.rejects(Sandbox.create({ ...connection, snapshotId: id }), { code: 'snapshot_not_found' });
    }
    await until(() => folders(installation).length === 0, 'the disk is freed');
  });

  test('that a paused sandbox needs stay', async () => {
    const sandbox = await Sandbox.create(connection);
    const { id } = await sandbox.pause();
    await assert.rejects(Snapshot.delete(id, connection), (error: ConflictError) => {
      assert.ok(error instanceof ConflictError);
      assert.equal(error.code, 'snapshot_in_use');
      return true;
    });
    assert.equal((await Snapshot.get(id, connection)).createdVia, 'hibernate');
    await sandbox.kill();
  });

  test('of an idle sandbox take at most 16 MB', async () => {
    await using sandbox = await Sandbox.create(connection);
    await sandbox.commands.run('true');
    const { id, sizeBytes } = await sandbox.createSnapshot();
    assert.ok(sizeBytes <= 16_000_000, `${sizeBytes} bytes`);
    await Snapshot.delete(id, connection);
  });

  test('asked for twice with one key are one', async () => {
    await using sandbox = await Sandbox.create(connection);
    const [first, second] = await Promise.all(
      [1, 2].map(() => sandbox.createSnapshot({ idempotencyKey: 'the-one' })),
    );
    assert.equal(first!.id, second!.id);
    await Snapshot.delete(first!.id, connection);
  });

  test('with a flipped byte are refused by the name of the file, and nothing is started', async () => {
    const names = readdirSync(await folderOfNew());
    assert.ok(names.length > 1, `${names}`);
    for (const name of names) {
      const folder = await folderOfNew();
      flipByte(join(folder, name));
      const id = folder.split('/').at(-2)!;
      const error = await Sandbox.create({ ...connection, snapshotId: id }).catch(
        (caught: unknown) => caught,
      );
      assert.ok(error instanceof ConflictError, `${name}: ${error}`);
      assert.equal(error.code, 'snapshot_corrupt');
      assert.match(error.message, new RegExp(name.replaceAll('.', '\\.')));
      await until(() => nothingLeft(installation), 'nothing was started');
      await Snapshot.delete(id, connection);
    }

    async function folderOfNew(): Promise<string> {
      const sandbox = await Sandbox.create(connection);
      const { id } = await sandbox.createSnapshot();
      await sandbox.kill();
      await until(() => nothingLeft(installation), 'only the snapshot is left');
      return join(installation.dataDir, 'host/snapshots', id, 'files');
    }
  });
});

function folders(installation: Installation): string[] {
  return readdirSync(join(installation.dataDir, 'host/snapshots'));
}

/** Changes one byte in the middle of a file. */
function flipByte(file: string): void {
  const position = Math.floor(statSync(file).size / 2);
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, position);
  byte[0]! ^= 0xff;
  writeSync(handle, byte, 0, 1, position);
  closeSync(handle);
}
