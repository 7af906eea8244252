import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NetworkPolicy, Sandbox, TemplateWarmPool } from 'nullspace';
import { standingLimits } from '../../packages/runtime/test/fixtures/standing-limits.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { addressOfGuest } from '../harness/leftovers.ts';
import { suite } from '../harness/suite.ts';
import { openTrafficWorld, type TrafficWorld } from '../harness/traffic-world.ts';
import { until } from '../harness/until.ts';

const flows = readFileSync(join(import.meta.dirname, 'bandwidth/flows.py'));
const warm = { template: 'base', vcpus: 1, memoryMb: 256 };
/** Tries to connect for so many seconds; prints how often, and how often it came about. */
const tryScript = `
import socket, sys, time
end, tried, came = time.time() + float(sys.argv[3]), 0, 0
while time.time() < end:
  tried += 1
  try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.5).close()
    came += 1
  except OSError: pass
  time.sleep(0.05)
print(tried, came)
`;
const uploadMbps = 8;
const downloadMbps = 12;

describe('limits of bandwidth', () => {
  const context = suite();
  let installation: Installation;
  let world: TrafficWorld;

  before(async () => {
    world = await openTrafficWorld();
    context.after(() => world.close());
    installation = await startInstallation(context, { settings: { nameservers: world.nameserver } });
  });

  async function create(network?: NetworkPolicy): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 1800, network });
    context.after(() => made.kill().catch(() => undefined));
    await made.files.write('/srv/flows.py', flows);
    return made;
  }

  const standing = (sandbox: Sandbox) => {
    const route = execFileSync('ip', ['route', 'get', addressOfGuest(installation, sandbox.id)]);
    return standingLimits(/ dev (\S+) /.exec(String(route))![1]!);
  };

  /** Makes traffic from inside and tells what the sandbox saw of it. */
  async function traffic(sandbox: Sandbox, what: string, port: number, ...more: number[]): Promise<number> {
    const [verb, to = world.address] = what.split(' ');
    const args = ['/srv/flows.py', verb, to, port, ...more].map(String);
    const { stdout, stderr } = await sandbox.commands.run('python3', { args, timeoutSecs: 280 });
    return Number(stdout || assert.fail(stderr));
  }

  /** Waits for more than what finds addresses. */
  async function untilArriving(): Promise<void> {
    while ((await world.arriving(0.2)) < 0.1);
  }

  /** Mbit/s that arrive outside while a sandbox sends. */
  async function upload(sandbox: Sandbox, what: string, port: number, ...more: number[]): Promise<number> {
    const sending = traffic(sandbox, what, port, 1, 12, ...more);
    await untilArriving();
    await sleep(1500);
    const rate = await world.arriving(5);
    await sending;
    return rate;
  }

  /** Busy machines may give less than the limit, so that it is tried some times; never more. */
  async function near(measure: () => Promise<number>, limit: number, least = 0.7): Promise<void> {
    const rates: number[] = [];
    do {
      rates.push(await measure());
      assert.ok(rates.at(-1)! < limit * 1.05, `${rates} Mbit/s at a limit of ${limit}`);
    } while (rates.at(-1)! < limit * least && rates.length < 4);
    assert.ok(rates.at(-1)! > limit * least, `${rates} Mbit/s at a limit of ${limit}`);
  }

  test('hold for connections, many at once and datagrams, in both directions', async () => {
    const sandbox = await create({ bandwidth: { uploadMbps, downloadMbps } });
    assert.deepEqual((await sandbox.getInfo()).network, { bandwidth: { uploadMbps, downloadMbps } });
    await near(() => traffic(sandbox, 'receive', world.ports.source, 1, 5), downloadMbps);
    await near(() => traffic(sandbox, 'receive', world.ports.source, 20, 5), downloadMbps);
    await near(
      () => traffic(sandbox, 'receive_datagrams', world.ports.udp, 1, 4, 3 * downloadMbps),
      downloadMbps,
      0.5,
    );
    await near(() => upload(sandbox, 'send', world.ports.sink), uploadMbps);
    await near(() => upload(sandbox, 'send_datagrams', world.ports.udp, 3 * uploadMbps), uploadMbps, 0.5);
  });

  test('count what goes by a name through the egress program', async () => {
    const sandbox = await create({ allowOut: ['api.example.com'], bandwidth: { downloadMbps } });
    await near(() => traffic(sandbox, 'ask api.example.com', 80, 1, 5), downloadMbps);
  });

  test('leave commands and files alone while the line is full', async () => {
    const sandbox = await create({ bandwidth: { uploadMbps: 1, downloadMbps: 1 } });
    const sending = traffic(sandbox, 'send', world.ports.sink, 4, 60).catch(() => undefined);
    await untilArriving();
    const bytes = Buffer.alloc(16 * 1024 * 1024, 'x');
    const begun = performance.now();
    await sandbox.files.write('/srv/bytes', bytes);
    assert.equal((await sandbox.files.readBytes('/srv/bytes')).length, bytes.length);
    // At the limit it takes 268 s.
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds < 60, `32 MiB took ${seconds} s`);
    await sandbox.kill();
    await sending;
  });

  test('and policies are in force on an instance from a warm pool before its first command', async () => {
    const { connection } = installation;
    const pool = await TemplateWarmPool.create(
      { ...warm, name: 'warm', minReady: 2, maxReady: 2 },
      connection,
    );
    await pool.waitUntilReady();
    const { address, ports } = world;
    const taken: [NetworkPolicy, reached: boolean][] = [
      [{ denyOut: ['0.0.0.0/0'], bandwidth: { uploadMbps, downloadMbps } }, false],
      [{ allowOut: [address], bandwidth: { uploadMbps, downloadMbps } }, true],
    ];
    for (const [network, reached] of taken) {
      const sandbox = await Sandbox.create({
        ...{ ...connection, ...warm, network },
        ...{ warmPool: pool.id, warmPoolMode: 'require', warmPoolWaitMs: 60_000 },
      });
      context.after(() => sandbox.kill().catch(() => undefined));
      assert.deepEqual(await standing(sandbox), { uploadMbps, downloadMbps });
      assert.equal((await sandbox.getInfo()).warmPoolCheckout?.source, 'ready_instance');
      // From its first moment on it tries again and again.
      const args = ['-c', tryScript, address, String(ports.sink), '2'];
      const { stdout, stderr } = await sandbox.commands.run('python3', { args });
      const [tried, came] = stdout.split(' ').map(Number) as [number, number];
      assert.ok(tried > 0, stderr);
      assert.equal(came, reached ? tried : 0, `${came} of ${tried} attempts`);
      if (!reached) {
        await until(
          async () => (await sandbox.network.denied()).items.some(({ reason }) => reason === 'denied'),
          'the refusal',
        );
      }
    }
    await pool.delete();
  });

  test('change while it runs, and stay over restarts of the host, a fork and a pause', async () => {
    const sandbox = await create();
    assert.deepEqual(await standing(sandbox), { uploadMbps: 0, downloadMbps: 0 });
    await sandbox.network.update({ bandwidth: { uploadMbps, downloadMbps } });
    assert.deepEqual(await standing(sandbox), { uploadMbps, downloadMbps });
    await installation.host.kill('SIGKILL');
    await installation.startHost();
    const { network } = await sandbox.network.update({ bandwidth: { downloadMbps: null } });
    assert.deepEqual(network, { bandwidth: { uploadMbps } });
    const kept = { uploadMbps, downloadMbps: 0 };
    assert.deepEqual(await standing(sandbox), kept);
    const child = await sandbox.fork();
    context.after(() => child.kill().catch(() => undefined));
    assert.deepEqual(await standing(child), kept);
    await sandbox.hibernate();
    const resumed = await Sandbox.connect(sandbox.id, installation.connection);
    context.after(() => resumed.kill().catch(() => undefined));
    assert.deepEqual(await standing(resumed), kept);
    await near(() => upload(resumed, 'send', world.ports.sink), uploadMbps);
    await resumed.network.update({ bandwidth: null });
    assert.deepEqual(await standing(resumed), { uploadMbps: 0, downloadMbps: 0 });
    const free = await upload(resumed, 'send', world.ports.sink);
    assert.ok(free > 2 * uploadMbps, `${free} Mbit/s without a limit`);
  });
});
