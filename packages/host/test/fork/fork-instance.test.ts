import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, order, pauseIdOf } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

const child = (sandboxId: string) => ({ sandboxId, pauseSnapshotId: pauseIdOf(sandboxId) });

test('children hold what their source held, and nothing of the copy stays', async (t) => {
  const site = await makeSite(t, { max_instances: 20 });
  const { client } = await site.open();
  const { instance: source } = await client.createInstance(order('sb_0', { memoryMb: 64 }));
  site.machine.content(source!.instanceId).memory.counter = '5';
  const children = Array.from({ length: 12 }, (_, index) => child(`sb_${index + 1}`));
  const request = {
    sandboxId: 'sb_0',
    children: [{ ...children[0]!, hostname: 'eldest', timeoutMs: 60_000n }, ...children.slice(1)],
  };
  let starting = 0;
  let most = 0;
  site.machine.onStep = async (step) => {
    if (step !== 'start') return;
    starting += 1;
    most = Math.max(most, starting);
    await new Promise((resolve) => setTimeout(resolve, 5));
    starting -= 1;
  };
  const { results } = await client.forkInstance(request);
  const instances = results.map(({ result }) => result.value as proto.Instance);
  assert.deepEqual(
    instances.map(({ sandboxId }) => sandboxId),
    children.map(({ sandboxId }) => sandboxId),
  );
  assert.equal(instances[0]?.spec?.hostname, 'eldest');
  assert.ok(instances[0] && instances[0].deadlineUnixMs > 0n);
  for (const { instanceId } of instances) {
    assert.deepEqual(site.machine.content(instanceId).memory, { counter: '5' });
  }
  assert.ok(most <= 8);
  assert.deepEqual((await client.listSnapshots({})).snapshots, []);
  assert.deepEqual(await readdir(findPaths(site.settings).snapshotsDir), []);
  const again = await client.forkInstance(request);
  assert.deepEqual(
    again.results.map(({ result }) => result.value),
    instances,
  );
  assert.equal(site.machine.starts.length, 13);
  assert.equal((await client.pauseInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.PAUSED);
});

test('children that fail are named one by one, the others run', async (t) => {
  const site = await makeSite(t, { max_instances: 5 });
  const { client, context } = await site.open();
  await client.createInstance(order('sb_0'));
  site.machine.onStep = (step, id) => {
    const known = context.registry.all().find((instance) => instance.id === id);
    if (step === 'start' && known?.sandboxId === 'sb_1') throw new Error('broken on purpose');
  };
  const fork = async (names: string[]) => {
    const { results } = await client.forkInstance({ sandboxId: 'sb_0', children: names.map(child) });
    return results.map(({ result }) => {
      if (result.case === 'failure') return result.value.detail?.code;
      return (result.value as proto.Instance).sandboxId;
    });
  };
  assert.deepEqual(await fork(['sb_1', 'sb_2']), ['start_failed', 'sb_2']);
  await until(() => context.reservations.used.instances === 2);
  const seen = await fork(['sb_3', 'sb_4', 'sb_5', 'sb_6']);
  const refused = seen.filter((outcome) => outcome === 'capacity_exceeded');
  assert.equal(refused.length, 1);
  assert.equal(new Set(seen).size, 4);
  assert.equal(site.machine.running.size, 5);
  assert.deepEqual(await readdir(findPaths(site.settings).snapshotsDir), []);
});

test('a host without room for one child leaves the source alone', async (t) => {
  const site = await makeSite(t, { max_instances: 1 });
  const { client } = await site.open();
  await client.createInstance(order('sb_0'));
  const steps: string[] = [];
  site.machine.onStep = (step) => void steps.push(step);
  const error = await refusal(client.forkInstance({ sandboxId: 'sb_0', children: [child('sb_1')] }));
  assert.equal(error.code, 'capacity_exceeded');
  assert.deepEqual(steps, []);
});

test('the source takes its next operation while children come up, and may end', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await client.createInstance(order('sb_0'));
  const starting = Promise.withResolvers<void>();
  let begun = false;
  site.machine.onStep = (step) => {
    if (step !== 'start') return;
    begun = true;
    return starting.promise;
  };
  const forking = client.forkInstance({ sandboxId: 'sb_0', children: [child('sb_1')] });
  await until(() => begun);
  await client.setDeadline({ sandboxId: 'sb_0', deadlineUnixMs: BigInt(Date.now() + 60_000) });
  await client.killInstance({ sandboxId: 'sb_0' });
  await until(() => context.registry.get('sb_0').published?.clean);
  starting.resolve();
  assert.equal((await forking).results[0]?.result.case, 'instance');
});

test('wrong children are refused whole', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  await client.createInstance(order('sb_0'));
  const many = Array.from({ length: 101 }, (_, index) => child(`sb_${index + 1}`));
  const cases: [string, object[]][] = [
    ['children', []],
    ['children', many],
    ['children', [child('sb_1'), child('sb_1')]],
    ['children', [child('sb_0')]],
    ['sandbox_id', [child('../x')]],
    ['spec.hostname', [{ ...child('sb_1'), hostname: 'Not A Name' }]],
    ['timeout_ms', [{ ...child('sb_1'), timeoutMs: 2n ** 50n }]],
    [
      'pause_snapshot_id',
      [{ ...child('sb_1'), pauseSnapshotId: '', deadlineAction: proto.DeadlineAction.PAUSE }],
    ],
  ];
  for (const [field, children] of cases) {
    const error = await refusal(client.forkInstance({ sandboxId: 'sb_0', children }));
    assert.deepEqual([error.code, error.field], ['invalid_request', field]);
  }
  assert.equal(site.machine.running.size, 1);
});
