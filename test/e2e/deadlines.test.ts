import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NotFoundError, Sandbox, type SandboxInfo, Snapshot } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { keep, kept, startKeeper } from '../harness/keeper.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('deadlines', () => {
  let installation: Installation;
  const connection = () => installation.connection;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
  });

  const statusOf = (id: string): Promise<string> =>
    Sandbox.getInfoById(id, connection()).then(
      ({ status }) => status,
      (error: unknown) => {
        if (error instanceof NotFoundError) return 'gone';
        throw error;
      },
    );
  const left = ({ timeoutAt }: SandboxInfo) => timeoutAt!.getTime() - Date.now();

  test('pause a sandbox that was made so, in both spellings, with all that it holds', async () => {
    for (const way of [{ timeoutAction: 'hibernate' }, { lifecycle: { onTimeout: 'pause' } }] as const) {
      const sandbox = await Sandbox.create({ ...connection(), timeout: 300, ...way });
      await startKeeper(sandbox);
      await keep(sandbox, 'add', { name: 'n', by: 7 });
      assert.equal((await sandbox.getInfo()).timeoutAction, 'hibernate');
      await sandbox.setTimeout(1);
      await until(async () => (await statusOf(sandbox.id)) === 'paused', 'the deadline pauses it');
      const { snapshotId } = await sandbox.getInfo();
      assert.equal((await Snapshot.get(snapshotId!, connection())).createdVia, 'hibernate');
      const resumed = await Sandbox.connect(sandbox.id, { ...connection(), timeout: 300 });
      assert.equal((await kept(resumed)).counters.n, 7);
      await resumed.kill();
    }
  });

  test('stand still while it is paused, and count anew after the resume', async () => {
    const sandbox = await Sandbox.create({ ...connection(), timeout: 120, timeoutAction: 'hibernate' });
    await sandbox.setTimeout(8);
    await until(async () => (await statusOf(sandbox.id)) === 'paused', 'the deadline pauses it');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(await statusOf(sandbox.id), 'paused');
    const asked = Date.now();
    const resumed = await Sandbox.connect(sandbox.id, connection());
    const info = await resumed.getInfo();
    assert.equal(info.timeoutAction, 'hibernate');
    // The last time to live that was asked for is counted from the resume.
    const from = info.timeoutAt!.getTime() - info.timeoutMs!;
    assert.ok(from >= asked - 100 && from <= Date.now(), `counted from ${from - asked} ms after the resume`);
    await resumed.kill();
  });

  test('can be moved, longer and shorter, with what happens then', async () => {
    const sandbox = await Sandbox.create({ ...connection(), timeout: 300 });
    await sandbox.setTimeout(900, { action: 'hibernate' });
    let info = await sandbox.getInfo();
    assert.equal(info.timeoutAction, 'hibernate');
    assert.ok(left(info) > 890_000);
    await sandbox.setTimeout(200);
    info = await sandbox.getInfo();
    assert.equal(info.timeoutAction, 'hibernate', 'what is not given stays');
    await sandbox.setTimeout(1, { action: 'destroy' });
    await until(async () => (await statusOf(sandbox.id)) === 'gone', 'the deadline ends it');
  });

  test('are those of the record to a second, also when server and host were away', async () => {
    const paused = await Sandbox.create({ ...connection(), timeout: 300, timeoutAction: 'hibernate' });
    const ended = await Sandbox.create({ ...connection(), timeout: 300 });
    await Promise.all([paused, ended].map((sandbox) => sandbox.setTimeout(5)));
    const deadline = (await paused.getInfo()).timeoutAt!.getTime();
    await installation.server.kill('SIGKILL');
    await installation.host.kill('SIGKILL');
    await installation.startHost();
    await installation.startServer();
    await until(async () => (await statusOf(paused.id)) === 'paused', 'the deadline pauses it');
    await until(async () => (await statusOf(ended.id)) === 'gone', 'the deadline ends it');
    assert.ok(Date.now() >= deadline - 100, 'not before its time');
    const event = (await paused.listEvents({ operation: 'timeout_expired' }).catch(() => undefined))
      ?.items[0];
    if (event) assert.ok(event.occurredAt!.getTime() >= deadline - 100);
    await Sandbox.killById(paused.id, connection());
  });
});
