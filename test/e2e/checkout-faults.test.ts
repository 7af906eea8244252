import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { serverFaultPoints } from '@nullspace/server';
import { Sandbox, TemplateWarmPool } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { findLeftovers, instanceOf, nothingLeft, readyInstances } from '../harness/leftovers.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const size = { vcpus: 1, memoryMb: 128 };

describe('a server that is killed in the middle of a checkout', () => {
  let installation: Installation;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
  });
  const connection = () => installation.connection;

  for (const point of serverFaultPoints.filter((name) => name.startsWith('create.')))
    test(`at ${point}: the instance is of one sandbox or of none, and the pool refills`, async () => {
      const settings = { template: 'base', name: point, minReady: 2, maxReady: 2, ...size };
      const { id } = await TemplateWarmPool.create(settings, connection());
      const full = () => until(() => readyInstances(installation).length === 2, 'the pool is full', 120_000);
      await full();
      const before = readyInstances(installation);
      await installation.server.kill('SIGTERM');
      await installation.startServer({ NULLSPACE_FAULT_POINT: point });
      const options = { ...connection(), template: 'base', ...size, warmPool: id };
      const call = Sandbox.create({ ...options, warmPoolMode: 'require' }).catch(() => undefined);
      await installation.server.ended;
      assert.equal(await call, undefined);
      await installation.startServer();
      await full();
      const sandboxes: string[] = [];
      await until(async () => {
        sandboxes.length = 0;
        const states = ['creating' as const, 'running' as const];
        const found = await Array.fromAsync(await Sandbox.list({ ...connection(), state: states }));
        sandboxes.push(...found.map((info) => info.id));
        const folders = findLeftovers(installation).instanceFolders.length;
        return found.every(({ status }) => status === 'running') && folders === found.length + 2;
      }, 'records and machine agree');
      // Before the host was asked, nothing had been taken; after that it was taken by the one that asked.
      assert.equal(sandboxes.length, point === 'create.recorded' ? 0 : 1);
      const ready = readyInstances(installation);
      for (const sandboxId of sandboxes) {
        const instance = instanceOf(installation, sandboxId)!;
        assert.ok(before.includes(instance) && !ready.includes(instance));
        const sandbox = await Sandbox.connect(sandboxId, connection());
        assert.equal((await sandbox.getInfo()).warmPoolCheckout?.source, 'ready_instance');
        assert.equal((await sandbox.commands.run('echo', { args: ['ours'] })).stdout, 'ours\n');
        await sandbox.kill();
      }
      await (await TemplateWarmPool.get(id, connection())).delete();
      await until(() => nothingLeft(installation), 'nothing is left');
    });
});
