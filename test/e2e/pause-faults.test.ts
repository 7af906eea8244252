import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type FaultPoint, faultPoints } from '@nullspace/host';
import { NotFoundError, Sandbox, SandboxError, SandboxPausedError, Snapshot } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { type KeptState, keep, kept, startKeeper } from '../harness/keeper.ts';
import { findLeftovers, nothingLeft } from '../harness/leftovers.ts';
import { until } from '../harness/until.ts';

const long = Boolean(process.env.NULLSPACE_TEST_LONG);

/** What is called while the host or the server dies, of a sandbox that holds state. */
const operations: Record<string, (sandbox: Sandbox) => Promise<unknown>> = {
  pause: (sandbox) => sandbox.pause(),
  resume: async (sandbox) => Sandbox.connect(sandbox.id, connectionOf(sandbox)),
  snapshot: (sandbox) => sandbox.createSnapshot(),
  fork: (sandbox) => sandbox.fork({ count: 2 }),
};
const connections = new WeakMap<Sandbox, Installation['connection']>();
const connectionOf = (sandbox: Sandbox) => connections.get(sandbox)!;

describe('a host that is killed in the middle of its work', () => {
  const points = faultPoints.filter((point) => /^(pause|resume|snapshot|fork)\./.test(point));
  // A short run takes every third point, the long one all.
  for (const point of points.filter((_, index) => long || index % 3 === 0))
    test(`at ${point} leaves everything running or everything paused`, async (context) => {
      await dieDuring(
        context,
        operationOf(point),
        async (installation, call) => {
          const outcome = call();
          await installation.host.ended;
          await installation.startHost();
          return outcome;
        },
        point,
      );
    });
});

describe('a server that is killed in the middle of its work', () => {
  // Moments between the request and its answer; a pause takes about 150 ms, a fork about 500.
  const delays = long ? [0, 20, 50, 80, 120, 160, 200, 300, 400, 600] : [30, 150];
  for (const name of Object.keys(operations))
    for (const delay of delays)
      test(`${delay} ms after the call for a ${name} leaves everything running or everything paused`, async (context) => {
        await dieDuring(context, name, async (installation, call) => {
          const outcome = call();
          await new Promise((resolve) => setTimeout(resolve, delay));
          await installation.server.kill('SIGKILL');
          await installation.startServer();
          return outcome;
        });
      });
});

function operationOf(point: FaultPoint): string {
  return point.slice(0, point.indexOf('.'));
}

async function dieDuring(
  context: { after(hook: () => Promise<void>): void },
  name: string,
  die: (installation: Installation, call: () => Promise<unknown>) => Promise<unknown>,
  point?: FaultPoint,
): Promise<void> {
  const installation = await startInstallation(context);
  const sandbox = await Sandbox.create({
    ...installation.connection,
    timeout: 900,
    requestTimeoutMs: 60_000,
  });
  connections.set(sandbox, installation.connection);
  await startKeeper(sandbox);
  await keep(sandbox, 'add', { name: 'n', by: 3 });
  await keep(sandbox, 'write', { path: 'file', text: 'whole', mtime: 1_700_000_000_000_000_000 });
  const before = await kept(sandbox);
  // The disk of a pause is then one that becomes part of its snapshot as it is.
  const disk = await fillDisk(sandbox);
  if (name === 'resume') await sandbox.pause();
  if (point) {
    await installation.host.kill('SIGTERM');
    await installation.startHost({ NULLSPACE_FAULT_POINT: point });
  }
  await die(installation, () => operations[name]!(sandbox).catch((error: unknown) => error));

  await until(async () => (await states(installation)).every(isSettled), 'every sandbox runs or is paused');
  // Never both, never neither: connecting finds one sandbox that has everything.
  assert.deepEqual(await reach(sandbox.id, installation), before);
  const after = await Sandbox.connect(sandbox.id, installation.connection);
  assert.equal(await sumDisk(after), disk);
  const found = await states(installation);
  assert.equal(found.filter((status) => status === 'paused').length, 0, 'nothing is paused beside it');
  if (name !== 'fork') assert.equal(found.length, 1, 'one sandbox, whatever its id');

  for await (const { id } of await Sandbox.list(installation.connection))
    await Sandbox.killById(id, installation.connection).catch(ignoreGone);
  for await (const { id } of await Snapshot.list(installation.connection))
    await Snapshot.delete(id, installation.connection).catch(ignoreGone);
  await until(() => nothingLeft(installation), 'nothing is left of the sandboxes').catch((error: unknown) => {
    assert.fail(`${error}: ${JSON.stringify(findLeftovers(installation))}`);
  });
  await until(() => snapshotFolders(installation).length === 0, 'no folder of a snapshot is left');
}

async function fillDisk(sandbox: Sandbox): Promise<string> {
  await sandbox.commands.run('head -c 80M /dev/urandom > /root/large', { shell: true });
  return await sumDisk(sandbox);
}

async function sumDisk(sandbox: Sandbox): Promise<string> {
  return (await sandbox.commands.run('md5sum', { args: ['/root/large'] })).stdout;
}

/**
 * What a sandbox has. The first try may meet the end of what the death interrupted: a pause that comes about all the
 * same, or a resume whose failure is told to everyone who waits for it and which can be asked for again.
 */
async function reach(id: string, { connection }: Installation): Promise<KeptState> {
  const attempt = async () => kept(await Sandbox.connect(id, connection));
  return attempt().catch((error: unknown) => {
    if (error instanceof SandboxPausedError || (error instanceof SandboxError && error.retryable))
      return attempt();
    throw error;
  });
}

async function states(installation: Installation): Promise<string[]> {
  const list = await Array.fromAsync(await Sandbox.list(installation.connection));
  return list.map(({ status }) => status);
}

const isSettled = (status: string) => status === 'running' || status === 'paused';

function ignoreGone(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}

function snapshotFolders(installation: Installation): string[] {
  return readdirSync(join(installation.dataDir, 'host/snapshots'));
}
