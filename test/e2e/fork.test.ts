import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { NotFoundError, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { keep, kept, startKeeper } from '../harness/keeper.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('forking', () => {
  let installation: Installation;
  let connection: Installation['connection'];
  let source: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
    source = await Sandbox.create({ ...connection, timeout: 900, metadata: { team: 'red' } });
    await startKeeper(source);
    await keep(source, 'add', { name: 'n', by: 1 });
    await keep(source, 'write', { path: 'shared', text: 'before', mtime: 1_700_000_000_000_000_000 });
  });

  test('gives a copy that runs at once and goes its own way', async () => {
    const before = await kept(source);
    await using child = await source.fork();
    assert.notEqual(child.id, source.id);
    assert.deepEqual(await kept(child), before);
    await keep(child, 'write', { path: 'shared', text: 'child', mtime: 1_700_000_000_000_000_000 });
    await keep(child, 'add', { name: 'n', by: 5 });
    await keep(source, 'add', { name: 'n', by: 10 });
    const [parent, copy] = [await kept(source), await kept(child)];
    assert.deepEqual([parent.counters.n, copy.counters.n], [11, 6]);
    assert.notEqual(parent.files.shared!.sha256, copy.files.shared!.sha256);
    assert.deepEqual((await child.getInfo()).metadata, { team: 'red' });
    assert.deepEqual(snapshotFolders(installation), [], 'its snapshot is dropped');
  });

  test('gives several children of one moment, each with an identity of its own', async () => {
    const children = await source.fork({ count: 4 });
    const sandboxes = children.map(({ sandbox }) => sandbox!);
    assert.ok(sandboxes.every(Boolean), JSON.stringify(children.map(({ error }) => error?.message)));
    const identity = async (sandbox: Sandbox) => {
      const script = 'hostname; cat /etc/machine-id; hostname -I; cat /proc/sys/kernel/random/uuid';
      return (await sandbox.commands.run(script, { shell: true })).stdout.trim().split('\n');
    };
    const identities = await Promise.all([source, ...sandboxes].map(identity));
    for (const [index, what] of ['hostname', 'machine id', 'address', 'random number'].entries()) {
      const values = identities.map((lines) => lines[index]);
      assert.equal(new Set(values).size, 5, `${what}: ${values}`);
    }
    await Promise.all(
      sandboxes.map((sandbox, index) => keep(sandbox, 'add', { name: 'n', by: 100 * (index + 1) })),
    );
    const base = (await kept(source)).counters.n!;
    const counters = await Promise.all(
      sandboxes.map(async (sandbox) => (await kept(sandbox)).counters.n! - base),
    );
    assert.deepEqual(counters, [100, 200, 300, 400]);
    await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
    assert.equal(await source.isRunning(), true);
  });

  test('runs the hooks of the guest before the first call gets through', async () => {
    await using sandbox = await Sandbox.create(connection);
    const hook = '#!/bin/sh\nsleep 0.3\necho "$(hostname)" >> /workspace/restored\n';
    await sandbox.files.write('/etc/nullspace/on-restore.d/10-seed', hook);
    await sandbox.files.setPermissions('/etc/nullspace/on-restore.d/10-seed', '0755');
    await using child = await sandbox.fork();
    const name = (await child.commands.run('hostname')).stdout;
    assert.equal(await child.files.read('/workspace/restored'), name);
    assert.equal(await sandbox.files.exists('/workspace/restored'), false, 'the source was not restored');
  });

  test('refuses what cannot be, before anything is made', async () => {
    for (const count of [0, 101, 1.5, -1])
      await assert.rejects(source.fork({ count }), { code: 'invalid_request', message: /count/ });
    await assert.rejects(Sandbox.connect('sb_none', connection), NotFoundError);
    const one = await Sandbox.create(connection);
    await one.kill();
    await assert.rejects(one.fork(), NotFoundError);
  });

  test('asked for twice with one key is one', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => source.fork({ idempotencyKey: 'the-one' })));
    assert.equal(first!.id, second!.id);
    await first!.kill();
  });

  test('says of each child whether it had room', async (t) => {
    const small = await startInstallation(t, { settings: { max_instances: '3' } });
    const sandbox = await Sandbox.create(small.connection);
    const children = await sandbox.fork({ count: 4 });
    assert.deepEqual(children.map(({ error }) => error?.code ?? 'runs').sort(), [
      'capacity_exceeded',
      'capacity_exceeded',
      'runs',
      'runs',
    ]);
    assert.equal(await sandbox.isRunning(), true);
    await until(() => snapshotFolders(small).length === 0, 'its snapshot is dropped');
  });
});

function snapshotFolders(installation: Installation): string[] {
  return readdirSync(join(installation.dataDir, 'host/snapshots'));
}
