import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NotFoundError, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { keep, kept, startKeeper } from '../harness/keeper.ts';
import { suite } from '../harness/suite.ts';

describe('connecting', () => {
  let installation: Installation;
  let connection: Installation['connection'];
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
  });

  test('ten at once to a paused one resume it once', async () => {
    const sandbox = await Sandbox.create(connection);
    await startKeeper(sandbox);
    await keep(sandbox, 'add', { name: 'n', by: 1 });
    await sandbox.pause();
    const connected = await Promise.all(
      Array.from({ length: 10 }, () => Sandbox.connect(sandbox.id, connection)),
    );
    assert.equal(new Set(connected.map(({ id }) => id)).size, 1);
    const running = await Array.fromAsync(await Sandbox.list({ ...connection, state: 'running' }));
    assert.deepEqual(
      running.map(({ id }) => id),
      [connected[0]!.id],
    );
    assert.equal((await kept(connected[9]!)).counters.n, 1);
    await connected[0]!.kill();
  });

  test('to a running one never changes its deadline, unless a timeout is given', async () => {
    const sandbox = await Sandbox.create({ ...connection, timeout: 500 });
    const { timeoutAt } = await sandbox.getInfo();
    const again = await Sandbox.connect(sandbox.id, connection);
    assert.deepEqual((await again.getInfo()).timeoutAt, timeoutAt);
    await Sandbox.connect(sandbox.id, { ...connection, timeout: 50 });
    const moved = (await sandbox.getInfo()).timeoutAt!.getTime() - Date.now();
    assert.ok(moved > 30_000 && moved <= 50_000, `${moved} ms are left`);
    await sandbox.kill();
  });

  test('without resuming leaves a paused one paused', async () => {
    const sandbox = await Sandbox.create(connection);
    await sandbox.pause();
    const handle = await Sandbox.connect(sandbox.id, { ...connection, resume: false });
    assert.equal((await handle.getInfo()).status, 'paused');
    await handle.kill();
    await assert.rejects(Sandbox.connect(sandbox.id, connection), NotFoundError);
  });

  test("another tenant's paused sandbox does not exist", async () => {
    const sandbox = await Sandbox.create(connection);
    const { id } = await sandbox.pause();
    const stranger = { ...connection, apiKey: installation.createKey('stranger') };
    await assert.rejects(Sandbox.connect(sandbox.id, stranger), NotFoundError);
    await assert.rejects(Sandbox.resume(id, stranger), NotFoundError);
    assert.equal((await Sandbox.getInfoById(sandbox.id, connection)).status, 'paused');
    await sandbox.kill();
  });
});
