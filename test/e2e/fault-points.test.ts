import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { faultPoints } from '@nullspace/host';
import { NotFoundError, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { findLeftovers, nothingLeft, readyInstances } from '../harness/leftovers.ts';
import { until } from '../harness/until.ts';

const long = Boolean(process.env.NULLSPACE_TEST_LONG);

describe('a host that is killed in the middle of its work', () => {
  for (const point of faultPoints.filter((name) => /^(create|kill)\./.test(name)))
    test(`at ${point} leaves nothing without a record and no record without its sandbox`, async (context) => {
      const installation = await startInstallation(context);
      const connection = installation.connection;
      const bystander = await Sandbox.create(connection);
      await installation.host.kill('SIGTERM');
      await installation.startHost({ NULLSPACE_FAULT_POINT: point });
      const victim = point.startsWith('kill.') ? await Sandbox.create(connection) : undefined;
      const call = victim ? victim.kill() : Sandbox.create({ ...connection, requestTimeoutMs: 60_000 });
      const outcome = call.then(
        (value) => value ?? undefined,
        () => undefined,
      );
      await installation.host.ended;
      await installation.startHost();
      const created = await outcome;
      await expectConsistent(installation, bystander);
      if (victim) await until(() => isGone(victim), 'the killed sandbox is gone');
      if (created) await created.kill().catch(() => undefined);
      await bystander.kill();
      await until(() => nothingLeft(installation), 'nothing is left');
    });
});

describe('a host that is killed while it fills or empties its pool', () => {
  for (const point of faultPoints.filter((name) => /^(ready|checkout)\./.test(name)))
    test(`at ${point} gives no ready instance to anybody twice, and leaves none`, async (context) => {
      const installation = await startInstallation(context, { settings: { ready_base: '1' } });
      const connection = installation.connection;
      const bystander = await Sandbox.create(connection);
      const full = () => until(() => readyInstances(installation).length === 1, 'one is ready');
      await full();
      const [before] = readyInstances(installation);
      await installation.host.kill('SIGKILL');
      // It may die before it says that it is ready.
      await installation.startHost({ NULLSPACE_FAULT_POINT: point }).catch(() => undefined);
      if (point.startsWith('checkout.')) await full();
      const call = Sandbox.create({ ...connection, requestTimeoutMs: 60_000 }).catch(() => undefined);
      await installation.host.ended;
      await installation.startHost();
      const created = await call;
      await expectConsistent(installation, bystander);
      await full();
      assert.ok(!readyInstances(installation).includes(before!));
      if (created) assert.equal((await created.commands.run('echo', { args: ['ours'] })).stdout, 'ours\n');
      for await (const { id } of await Sandbox.list(connection)) await Sandbox.killById(id, connection);
      await full();
      await installation.host.kill('SIGTERM');
      assert.ok(nothingLeft(installation));
    });
});

describe('a server that is killed in the middle of a create or a kill', () => {
  // Seeded moments between the request and its answer; a create takes about 150 ms.
  const delays = long ? [0, 10, 25, 50, 75, 100, 125, 150, 175, 200, 250, 300] : [15, 60, 120, 180];
  for (const delay of delays)
    test(`${delay} ms after both requests`, async (context) => {
      const installation = await startInstallation(context);
      const connection = () => installation.connection;
      const bystander = await Sandbox.create(connection());
      const victim = await Sandbox.create(connection());
      const calls = Promise.allSettled([
        Sandbox.create({ ...connection(), requestTimeoutMs: 5000 }),
        Sandbox.killById(victim.id, connection()),
      ]);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await installation.server.kill('SIGKILL');
      await installation.startServer();
      const now = await Sandbox.connect(bystander.id, connection());
      await expectConsistent(installation, now);
      const left = [];
      for await (const info of await Sandbox.list(connection())) left.push(info.id);
      for (const id of left) await Sandbox.killById(id, connection()).catch(() => undefined);
      await until(() => nothingLeft(installation), 'nothing is left');
      void calls;
    });
});

/** What the API lists as running is what runs on the machine. */
async function expectConsistent(installation: Installation, bystander: Sandbox): Promise<void> {
  const connection = installation.connection;
  assert.equal((await bystander.commands.run('echo', { args: ['alive'] })).stdout, 'alive\n');
  await until(async () => {
    const states = [];
    for await (const info of await Sandbox.list({ ...connection, state: ['creating', 'running'] }))
      states.push(info);
    const { instanceFolders, cgroups } = findLeftovers(installation);
    const ready = readyInstances(installation).length;
    return (
      states.every((info) => info.status === 'running') &&
      instanceFolders.length === states.length + ready &&
      cgroups.length === states.length + ready
    );
  }, 'records and machine agree');
}

async function isGone(sandbox: Sandbox): Promise<boolean> {
  return sandbox.getInfo().then(
    () => false,
    (error: unknown) => error instanceof NotFoundError,
  );
}
