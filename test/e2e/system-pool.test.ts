import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { instanceOf, nothingLeft, packetFilterTable, readyInstances } from '../harness/leftovers.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('plain creates on a host with ready sandboxes of its own', async () => {
  const installation = await startInstallation(suite(), {
    settings: { ready_base: '2', max_instances: '4' },
  });
  const { connection } = installation;
  const full = () => until(() => readyInstances(installation).length === 2, 'two are ready');

  test('take one that is invisible until then, and is what was asked for', async () => {
    await full();
    assert.deepEqual(await Array.fromAsync(await Sandbox.list(connection)), []);
    const before = readyInstances(installation);
    const sandbox = await Sandbox.create({
      ...connection,
      envs: { COLOUR: 'red' },
      cwd: '/srv/deep/folder',
      metadata: { team: 'red' },
      timeout: 100,
      internetAccess: false,
    });
    assert.ok(before.includes(instanceOf(installation, sandbox.id)!));
    const script = 'hostname; pwd; echo $COLOUR; cat /etc/machine-id';
    const { stdout } = await sandbox.commands.run(script, { shell: true });
    const [hostname, cwd, colour, machineId] = stdout.split('\n');
    assert.deepEqual([hostname, cwd, colour], [sandbox.id.replace('_', '-'), '/srv/deep/folder', 'red']);
    assert.match(machineId!, /^[0-9a-f]{32}$/);
    assert.ok(offlineGuests(installation).includes(await addressOf(sandbox)));
    const info = await sandbox.getInfo();
    assert.deepEqual(info.metadata, { team: 'red' });
    await full();
    const other = await Sandbox.create(connection);
    assert.ok(!offlineGuests(installation).includes(await addressOf(other)));
    const otherId = (await other.commands.run('cat', { args: ['/etc/machine-id'] })).stdout.trim();
    assert.notEqual(otherId, machineId);
    await Promise.all([sandbox.kill(), other.kill()]);
  });

  test('leave them alone when another shape is asked for', async () => {
    await full();
    const before = readyInstances(installation);
    const sandbox = await Sandbox.create({ ...connection, memoryMb: 256 });
    assert.ok(!before.includes(instanceOf(installation, sandbox.id)!));
    assert.deepEqual(readyInstances(installation), before);
    await sandbox.kill();
  });

  test('have their place when the host is full', async () => {
    await full();
    const sandboxes = [];
    for (let count = 0; count < 4; count++) {
      sandboxes.push(await Sandbox.create({ ...connection, memoryMb: 256 }));
    }
    assert.equal(readyInstances(installation).length, 0);
    await assert.rejects(Sandbox.create(connection), { code: 'capacity_exceeded' });
    await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
    await full();
  });

  test('get fresh ones after the host was killed, and those of before are gone', async () => {
    await full();
    const sandbox = await Sandbox.create(connection);
    await full();
    const before = readyInstances(installation);
    await installation.host.kill('SIGKILL');
    await installation.startHost();
    await full();
    const after = readyInstances(installation);
    assert.ok(before.every((id) => !after.includes(id)));
    assert.equal((await sandbox.commands.run('echo', { args: ['alive'] })).stdout, 'alive\n');
    await sandbox.kill();
  });

  test('leave nothing when the host ends in peace', async () => {
    await full();
    await installation.host.kill('SIGTERM');
    assert.ok(nothingLeft(installation));
    await installation.startHost();
  });
});

async function addressOf(sandbox: Sandbox): Promise<string> {
  return (await sandbox.commands.run('hostname', { args: ['-I'] })).stdout.trim();
}

/** Addresses that the packet filter keeps from the network. */
function offlineGuests(installation: Installation): string[] {
  const table = packetFilterTable(installation);
  const listed = execFileSync('nft', ['-j', 'list', 'table', 'inet', table], { encoding: 'utf8' });
  const { nftables } = JSON.parse(listed) as { nftables: { set?: { name: string; elem?: string[] } }[] };
  return nftables.flatMap(({ set }) => (set?.name === 'offline' ? (set.elem ?? []) : []));
}
