import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotFoundError, Sandbox, SandboxPausedError, Snapshot } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const rounds = process.env.NULLSPACE_TEST_LONG ? 100 : 5;
/** The second call of a round comes a little later than the first, each round by another time. */
const lagOf = (round: number, longestMs: number) => (round * 37) % longestMs;

describe('calls against one another', () => {
  let installation: Installation;
  let connection: Installation['connection'];
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
  });
  const listed = async () => {
    const all = await Array.fromAsync(await Sandbox.list(connection));
    return all.map(({ id, status }) => [id, status]);
  };
  const isGone = (id: string) =>
    Sandbox.getInfoById(id, connection).then(
      () => false,
      (error: unknown) => error instanceof NotFoundError,
    );

  test('kill against resume: it is gone, or it runs under its new id', async () => {
    for (let round = 0; round < rounds; round++) {
      const sandbox = await Sandbox.create({ ...connection, memoryMb: 128 });
      await sandbox.files.write('/workspace/round', String(round));
      const { id: snapshotId } = await sandbox.pause();
      const resuming = Sandbox.resume(snapshotId, connection);
      const killing = sleep(lagOf(round, 200)).then(() => Sandbox.killById(sandbox.id, connection));
      const [resumed, killed] = await Promise.allSettled([resuming, killing]);
      if (resumed.status === 'fulfilled') {
        assert.ok(killed.status === 'rejected' && killed.reason instanceof NotFoundError, String(killed));
        assert.equal(await resumed.value.files.read('/workspace/round'), String(round));
        assert.equal((await Sandbox.getInfoById(sandbox.id, connection)).id, resumed.value.id);
        await resumed.value.kill();
      } else {
        assert.ok(resumed.reason instanceof NotFoundError, String(resumed.reason));
        assert.equal(killed.status, 'fulfilled');
        assert.ok(await isGone(sandbox.id));
      }
      assert.deepEqual(await listed(), []);
    }
  });

  test('pause against exec: the answer is whole, or says that it was paused and the command goes on', async () => {
    let sandbox = await Sandbox.create({ ...connection, memoryMb: 128 });
    for (let round = 0; round < rounds; round++) {
      const file = `/workspace/${round}`;
      const command = `echo begun > ${file}; sleep 0.1; echo done >> ${file}; echo told`;
      const running = sandbox.commands.run(command, { shell: true });
      const pausing = sleep(lagOf(round, 250)).then(() => sandbox.pause());
      const [ran, paused] = await Promise.allSettled([running, pausing]);
      assert.ok(paused.status === 'fulfilled', String(paused));
      sandbox = await Sandbox.connect(sandbox.id, connection);
      if (ran.status === 'fulfilled') {
        assert.equal(ran.value.stdout, 'told\n');
        assert.equal(await sandbox.files.read(file), 'begun\ndone\n');
      } else {
        assert.ok(ran.reason instanceof SandboxPausedError, String(ran.reason));
        if (!(await sandbox.files.exists(file))) continue;
        await until(
          async () => (await sandbox.files.read(file)) === 'begun\ndone\n',
          'the command goes on after the resume',
        );
      }
    }
    await sandbox.kill();
  });

  test('fork against kill: the source is gone, and every child that was told of runs', async () => {
    for (let round = 0; round < rounds; round++) {
      const source = await Sandbox.create({ ...connection, memoryMb: 128 });
      const forking = source.fork({ count: 2 });
      const killing = sleep(lagOf(round, 600)).then(() => source.kill());
      const [forked, killed] = await Promise.allSettled([forking, killing]);
      assert.ok(killed.status === 'fulfilled', String(killed));
      assert.ok(await isGone(source.id));
      if (forked.status === 'rejected') {
        assert.ok(forked.reason instanceof NotFoundError, String(forked.reason));
        assert.deepEqual(await listed(), []);
        continue;
      }
      const children = forked.value.flatMap(({ sandbox }) => (sandbox ? [sandbox] : []));
      for (const child of children) {
        assert.equal((await child.commands.run('echo', { args: ['on'] })).stdout, 'on\n');
      }
      assert.equal((await listed()).length, children.length);
      for (const child of children) await child.kill();
    }
  });

  test('pause against kill: it is gone, and no snapshot of it is left', async () => {
    for (let round = 0; round < rounds; round++) {
      const sandbox = await Sandbox.create({ ...connection, memoryMb: 128 });
      const pausing = sandbox.pause();
      const killing = sleep(lagOf(round, 250)).then(() => sandbox.kill());
      const [paused, killed] = await Promise.allSettled([pausing, killing]);
      assert.ok(killed.status === 'fulfilled', String(killed));
      if (paused.status === 'rejected')
        assert.ok(paused.reason instanceof NotFoundError, String(paused.reason));
      assert.ok(await isGone(sandbox.id));
      assert.deepEqual((await Snapshot.list(connection)).items, []);
    }
  });

  test('pause against pause: one snapshot', async () => {
    for (let round = 0; round < rounds; round++) {
      const sandbox = await Sandbox.create({ ...connection, memoryMb: 128 });
      const again = sleep(lagOf(round, 250)).then(() => sandbox.pause());
      const [first, second] = await Promise.all([sandbox.pause(), again]);
      assert.equal(first.id, second.id);
      await sandbox.kill();
    }
  });

  test('pause against connect: both succeed, and who connects again has a sandbox that runs', async () => {
    let sandbox = await Sandbox.create({ ...connection, memoryMb: 128 });
    for (let round = 0; round < rounds; round++) {
      const connecting = sleep(lagOf(round, 400)).then(() => Sandbox.connect(sandbox.id, connection));
      await Promise.all([sandbox.pause(), connecting]);
      sandbox = await Sandbox.connect(sandbox.id, connection);
      assert.equal((await sandbox.commands.run('echo', { args: ['on'] })).stdout, 'on\n');
      assert.equal((await listed()).length, 1);
    }
    await sandbox.kill();
  });
});
