import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { paths as findPaths } from '@nullspace/configuration';
import fc from 'fast-check';
import { isFinal } from '../../src/instance/record.ts';
import { makeSite, type OpenedHost, order, type TestSite } from '../fixtures/open-test-host.ts';
import { propertyRun } from '../fixtures/property-run.ts';
import { until } from '../fixtures/until.ts';

const sandbox = fc.integer({ min: 1, max: 4 }).map((number) => `sb_${number}`);
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), sandbox, fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('kill' as const), sandbox }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('deadline' as const), sandbox, past: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), sandbox }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), sandbox }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3 }) }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

test('whatever is asked in whatever order, records, reservations and the machine agree in the end', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 25 }), async (operations) => {
      const site = await makeSite(t, { max_instances: 3, start_concurrency: 2 });
      // Every third step of the engine fails once, so that cleaning has something to repeat.
      let steps = 0;
      site.machine.onStep = (step) => {
        steps += 1;
        if ((step === 'kill' || step === 'release') && steps % 3 === 0) throw new Error('busy');
      };
      let host = await site.open({ timing: { capacityMs: 50 } });
      const calls: Promise<unknown>[] = [];
      for (const next of operations) {
        if (next.kind === 'restart') {
          await Promise.allSettled(calls);
          await host.close();
          host = await site.open({ timing: { capacityMs: 50 } });
        } else {
          calls.push(apply(site, host, next).catch(() => {}));
          if (next.kind === 'wait') await calls.at(-1);
        }
      }
      await Promise.all(calls);
      await agree(site, host);
      await host.close();
    }),
    propertyRun(t, { short: 40, long: 400 }),
  );
});

async function apply(site: TestSite, host: OpenedHost, next: Exclude<Operation, { kind: 'restart' }>) {
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
    return await host.client.setDeadline({ sandboxId, deadlineUnixMs });
  }
  if (next.kind === 'forget') return await host.client.forgetInstances({ sandboxIds: [sandboxId] });
  const id = host.context.registry.find(sandboxId)?.id;
  if (id) site.machine.end(id, { cause: 'crash', message: 'panic' });
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
