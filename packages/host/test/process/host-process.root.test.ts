import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { createAgents } from '../../src/agent/connect-agents.ts';
import type { HostClient } from '../../src/client.ts';
import { type FaultPoint, faultPoints } from '../../src/faults.ts';
import { type HostProcess, runHostCommand, startHostProcess } from '../fixtures/host-process.ts';
import { readMachineState, readTables } from '../fixtures/machine-state.ts';
import { refusal } from '../fixtures/refusal.ts';
import { makeSmallImage } from '../fixtures/small-image.ts';
import { until } from '../fixtures/until.ts';

const guestRange = '10.213.0.0/16';
const preparedSlots = 2;
let folder: string;
let dataDir: string;
let image: string;
let host: HostProcess | undefined;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nullspace-host-'));
  dataDir = join(folder, 'data');
  const file = await makeSmallImage(folder);
  const added = await runHostCommand(['images', 'add', 'small', file], { dataDir, guestRange });
  image = JSON.parse(added).digest;
});

after(async () => {
  await host?.end('SIGKILL');
  await runHostCommand(['clean'], { dataDir, guestRange });
  await rm(folder, { recursive: true, force: true });
});

async function startHost(faultPoint?: FaultPoint): Promise<HostClient> {
  host = await startHostProcess({ dataDir, guestRange, faultPoint });
  return host.client;
}

async function create(client: HostClient, sandboxId: string, timeoutMs = 0): Promise<proto.Instance> {
  const spec = { image, vcpus: 1, memoryMb: 128, diskMb: 256, internetAccess: false };
  const { instance } = await client.createInstance({ sandboxId, spec, timeoutMs: BigInt(timeoutMs) });
  assert.ok(instance);
  return instance;
}

async function checkAgent({ agentAddress, agentToken }: proto.Instance): Promise<void> {
  await createAgents().checkHealth({ address: agentAddress, token: agentToken }, 30_000);
}

/** Waits until the machine holds these instances and slots made ahead, and nothing else. */
async function holdsOnly(instances: proto.Instance[]): Promise<void> {
  const ids = instances.map(({ instanceId }) => instanceId).sort();
  const expected = JSON.stringify({ running: ids, used: ids, surplusSlots: 0, strays: [] });
  let found = '';
  const matches = async () => {
    found = JSON.stringify(await readHeld(ids));
    return found === expected;
  };
  await until(matches, { everyMs: 50 }).catch((error) => assert.equal(found, expected, error.message));
}

async function readHeld(ids: readonly string[]) {
  const { processes, namespaces, interfaces } = readMachineState(dataDir);
  const instancesDir = join(dataDir, 'host/instances');
  const used: string[] = [];
  for (const id of await readdir(instancesDir)) {
    const names = await readdir(join(instancesDir, id)).catch(() => []);
    if (names.some((name) => name !== 'journal.json')) used.push(id);
  }
  const slots = Math.max(namespaces.length, interfaces.length);
  return {
    running: ids.filter((id) => findSandboxes(id).length > 0),
    used: used.sort(),
    surplusSlots: Math.max(0, slots - ids.length - preparedSlots),
    strays: processes.filter(({ line }) => !ids.some((id) => line.includes(id))),
  };
}

test('an instance answers, ends and leaves nothing', async () => {
  const client = await startHost();
  const instance = await create(client, 'sb_1');
  await checkAgent(instance);
  await assert.rejects(checkAgent({ ...instance, agentToken: 'another' }));
  await holdsOnly([instance]);
  await client.killInstance({ sandboxId: 'sb_1' });
  await holdsOnly([]);
});

test('a second host, and a cleaning, are refused while one runs', async () => {
  await assert.rejects(startHostProcess({ dataDir, guestRange }), /ended before it was ready/);
  await assert.rejects(runHostCommand(['clean'], { dataDir, guestRange }), /another host runs on/);
});

test('a host that was killed takes its instances over', async () => {
  assert.ok(host);
  const [runs, late, dies] = await Promise.all([
    create(host.client, 'sb_runs'),
    create(host.client, 'sb_late'),
    create(host.client, 'sb_dies'),
  ]);
  const soon = BigInt(Date.now() + 1000);
  await host.client.setDeadline({ sandboxId: 'sb_late', deadlineUnixMs: soon });
  const spares = await waitForSpares(host);
  await host.end('SIGKILL');
  await until(() => !spares.some(isSpare));
  const [sandbox] = findSandboxes(dies.instanceId);
  process.kill(sandbox!, 'SIGKILL');
  await until(() => findSandboxes(dies.instanceId).length === 0 && BigInt(Date.now()) > soon);

  const client = await startHost();
  const { instance } = await client.getInstance({ sandboxId: 'sb_runs' });
  assert.deepEqual(instance, runs);
  await checkAgent(runs);
  await until(
    async () => (await client.getInstance({ sandboxId: 'sb_late' })).instance?.reason === 'timeout',
  );
  const dead = await client.getInstance({ sandboxId: 'sb_dies' });
  assert.equal(dead.instance?.state, proto.State.ERROR);
  assert.equal(dead.instance?.reason, 'guest_crash');
  assert.equal(
    (await client.getInstance({ sandboxId: late.sandboxId })).instance?.state,
    proto.State.DESTROYED,
  );
  await holdsOnly([runs]);

  const [guest] = findSandboxes(runs.instanceId);
  process.kill(guest!, 'SIGKILL');
  await until(
    async () => (await client.getInstance({ sandboxId: 'sb_runs' })).instance?.reason === 'guest_crash',
  );
  await holdsOnly([]);
});

/** What is known after a death at a point: nothing, that it runs, or why it ended. */
const outcomes: Partial<Record<FaultPoint, 'unknown' | 'running'>> = {
  'create.after_reserve': 'unknown',
  'create.after_running': 'running',
  'kill.before_journal': 'running',
};
const short: FaultPoint[] = ['create.after_engine', 'create.after_running', 'kill.after_journal'];

const all = faultPoints.filter((point) => /^(create|kill)\./.test(point));

for (const faultPoint of process.env.NULLSPACE_TEST_LONG ? all : short) {
  const fallback = faultPoint.startsWith('kill') ? 'manual' : 'host_lost';
  const outcome = outcomes[faultPoint] ?? fallback;
  test(`a host that dies at ${faultPoint} leaves nothing without a record`, async () => {
    await host?.end();
    const client = await startHost(faultPoint);
    const sandboxId = `sb_${faultPoint.replace('.', '_')}`;
    // Whether these calls are answered depends on the point.
    await create(client, sandboxId).catch(() => {});
    if (faultPoint.startsWith('kill')) await client.killInstance({ sandboxId }).catch(() => {});
    await host?.ended;
    const next = await startHost();
    if (outcome === 'unknown') {
      assert.equal((await refusal(next.getInstance({ sandboxId }))).code, 'instance_not_found');
    } else {
      const { instance } = await next.getInstance({ sandboxId });
      assert.ok(instance);
      assert.equal(instance.reason || 'running', outcome);
      if (outcome === 'running') {
        await checkAgent(instance);
        await holdsOnly([instance]);
        await next.killInstance({ sandboxId });
      }
    }
    await holdsOnly([]);
  });
}

test('a host that is asked to end leaves its instances running; cleaning removes everything', async () => {
  assert.ok(host);
  const instance = await create(host.client, 'sb_stays');
  const spares = await waitForSpares(host);
  await host.end();
  host = undefined;
  assert.ok(!spares.some(isSpare));
  await checkAgent(instance);
  await runHostCommand(['clean'], { dataDir, guestRange });
  assert.deepEqual(readMachineState(dataDir), {
    namespaces: [],
    interfaces: [],
    cgroups: [],
    processes: [],
    mounts: [],
  });
  assert.deepEqual(readTables(dataDir), []);
});

/** Process ids of an instance's sandbox. */
function findSandboxes(instanceId: string): number[] {
  return readMachineState(dataDir)
    .processes.filter(({ line }) => line.startsWith('runsc-sandbox') && line.includes(instanceId))
    .map(({ pid }) => pid);
}

/** Process ids of what a host has started ahead, once that is all. */
async function waitForSpares({ child: { pid } }: HostProcess): Promise<number[]> {
  let spares: number[] = [];
  await until(async () => {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1');
    spares = children.split(' ').map(Number).filter(isSpare);
    return spares.length === 2;
  });
  return spares;
}

function isSpare(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0await\0');
  } catch {
    return false;
  }
}
