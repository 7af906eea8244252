import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import fc from 'fast-check';
import { propertyRun } from '../../../../test/harness/property-run.ts';
import { isFinal } from '../../src/instance/record.ts';
import { makeSite, type OpenedHost, order, pauseIdOf, type TestSite } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

const sandbox = fc.integer({ min: 1, max: 4 }).map((number) => `sb_${number}`);
const snapshot = fc.constantFrom(
  'snap_1',
  'snap_2',
  ...[1, 2, 3, 4].map((number) => pauseIdOf(`sb_${number}`)),
);
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), sandbox, fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('kill' as const), sandbox }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deadline' as const),
      sandbox,
      past: fc.boolean(),
      pauses: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pause' as const), sandbox }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('save' as const), sandbox, snapshot }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('restore' as const), sandbox, snapshot }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fork' as const), sandbox, child: sandbox }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), snapshot }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), sandbox }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), sandbox }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3 }) }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const timing = { capacityMs: 50, pauseRetryMs: 1, pauseRetryMostMs: 5 };

test('whatever is asked in whatever order, records, reservations and the machine agree in the end', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 25 }), async (operations) => {
      const site = await makeSite(t, { max_instances: 3, start_concurrency: 2 });
      // Every third step of the engine fails once, so that cleaning has something to repeat.
      let steps = 0;
      site.machine.onStep = (step) => {
        steps += 1;
        if ((step === 'kill' || step === 'release') && steps % 3 === 0) throw new Error('busy');
        if ((step === 'save' || step === 'thaw') && steps % 4 === 0) throw new Error('no');
      };
      let host = await site.open({ timing });
      const calls: Promise<unknown>[] = [];
      for (const next of operations) {
        if (next.kind === 'restart') {
          await Promise.allSettled(calls);
          await host.close();
          host = await site.open({ timing });
        } else {
          calls.push(apply(site, host, next).catch(() => {}));
          if (next.kind === 'wait') await calls.at(-1);
        }
      }
      await Promise.all(calls);
      await agree(site, host);
      await snapshotsAgree(site, host);
      await host.close();
    }),
    propertyRun(t, { short: 40, long: 400 }),
  );
});

async function apply(site: TestSite, host: OpenedHost, next: Exclude<Operation, { kind: 'restart' }>) {
  if (next.kind === 'drop') return await host.client.deleteSnapshot({ snapshotId: next.snapshot });
  if (next.kind === 'wait') return await new Promise((resolve) => setTimeout(resolve, next.ms));
  const sandboxId = next.sandbox;
  if (next.kind === 'create') {
    site.agents.onConfigure = async () => {
      if (next.fails) throw new Error('broken');
    };
    return await host.client.createInstance(order(sandboxId));
  }
  if (next.kind === 'kill') return await host.client.killInstance({ sandboxId, reason: '' });
  if (next.kind === 'deadline') {
    const deadlineUnixMs = BigInt(Date.now() + (next.past ? -1000 : 1_000_000));
    const { PAUSE, DESTROY } = proto.DeadlineAction;
    const deadlineAction = next.pauses ? PAUSE : DESTROY;
    return await host.client.setDeadline({ sandboxId, deadlineUnixMs, deadlineAction });
  }
  if (next.kind === 'pause') return await host.client.pauseInstance({ sandboxId });
  if (next.kind === 'save') return await host.client.saveSnapshot({ sandboxId, snapshotId: next.snapshot });
  if (next.kind === 'restore') {
    return await host.client.createInstance({ ...order(sandboxId), snapshotId: next.snapshot });
  }
  if (next.kind === 'fork') {
    const child = { sandboxId: next.child, pauseSnapshotId: pauseIdOf(next.child) };
    return await host.client.forkInstance({ sandboxId, children: [child] });
  }
  if (next.kind === 'forget') return await host.client.forgetInstances({ sandboxIds: [sandboxId] });
  const id = host.context.registry.find(sandboxId)?.id;
  if (id) site.machine.end(id, { cause: 'crash', message: 'panic' });
}

/** Every snapshot is whole and every paused instance has its own; nothing else lies there. */
async function snapshotsAgree(site: TestSite, { context, client }: OpenedHost): Promise<void> {
  const ids = (await client.listSnapshots({})).snapshots.map(({ snapshotId }) => snapshotId);
  const folder = findPaths(site.settings).snapshotsDir;
  await until(async () => isDeepStrictEqual((await readdir(folder)).sort(), ids.toSorted()));
  for (const id of ids) await context.engine.inspectSnapshot(context.snapshots.filesOf(id), { verify: true });
  for (const { record } of context.registry.all()) {
    assert.equal(record.pause_snapshot !== null, record.state === 'paused');
  }
}

async function agree(site: TestSite, { context }: OpenedHost): Promise<void> {
  const settled = () =>
    context.registry
      .all()
      .every(({ published }) => published?.state === 'running' || (published?.clean && isFinal(published)));
  await until(settled);
  const all = context.registry.all();
  await Promise.all(all.map(({ operations }) => operations.idle()));
  const running = all.filter(({ record }) => record.state === 'running');
  const ids = running.map(({ id }) => id).sort();
  assert.deepEqual([...site.machine.running].sort(), ids);
  assert.deepEqual([...site.machine.slots.keys()].sort(), running.map(({ slot }) => slot?.index).sort());
  const { used } = context.reservations;
  assert.deepEqual(used, { instances: ids.length, vcpus: ids.length, memoryMb: ids.length * 512 });
  assert.ok(used.instances <= context.reservations.limits.instances);
  assert.equal(context.deadlines.size, running.filter(({ record }) => record.deadline_unix_ms > 0).length);
  assert.ok(running.every(({ id }) => !site.machine.content(id).frozen));
  for (const { record } of all) {
    if (isFinal(record)) assert.ok(record.reason && record.ended_unix_ms > 0);
  }
  // A forgotten record leaves the registry first and the disk a moment later.
  await until(async () => {
    const folders = await readdir(findPaths(site.settings).instancesDir);
    const known = context.registry.all().map(({ id }) => id);
    return isDeepStrictEqual(folders.sort(), known.sort());
  });
}
