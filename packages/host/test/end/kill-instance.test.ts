import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

test('a kill answers when the state is final and is repeated until the machine is clean', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await client.createInstance(order('sb_1'));
  let failures = 3;
  site.machine.onStep = (step) => {
    if (step === 'kill' && failures > 0) {
      failures -= 1;
      throw new Error('busy');
    }
    if (step === 'release' && failures === 0) {
      failures = -1;
      throw new Error('busy');
    }
  };
  const { instance } = await client.killInstance({ sandboxId: 'sb_1', reason: '' });
  assert.equal(instance?.state, proto.State.DESTROYED);
  assert.equal(instance?.reason, 'manual');
  assert.ok(instance && instance.endedUnixMs > 0n);
  await until(() => context.registry.get('sb_1').published?.clean);
  assert.equal(site.machine.slots.size, 0);
  assert.equal(site.machine.running.size, 0);
  const again = await client.killInstance({ sandboxId: 'sb_1', reason: '' });
  assert.deepEqual(again.instance, instance);
});

test('a kill ends a create under way', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  const starting = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'start' ? starting.promise : undefined);
  const creating = refusal(client.createInstance(order('sb_1')));
  await until(() => site.machine.slots.size === 1);
  const { instance } = await client.killInstance({ sandboxId: 'sb_1', reason: '' });
  assert.equal(instance?.state, proto.State.DESTROYED);
  assert.equal((await creating).code, 'instance_not_running');
  starting.resolve();
  await until(() => context.registry.get('sb_1').published?.clean);
  assert.equal(site.machine.running.size, 0);
  assert.equal(site.machine.slots.size, 0);
});

test('a kill takes a create out of the queue', async (t) => {
  const site = await makeSite(t, { start_concurrency: 1 });
  const { client } = await site.open();
  const starting = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'start' ? starting.promise : undefined);
  const first = client.createInstance(order('sb_1'));
  await until(() => site.machine.slots.size === 1);
  const second = refusal(client.createInstance(order('sb_2')));
  await until(async () => (await client.listInstances({})).instances.length === 2);
  await client.killInstance({ sandboxId: 'sb_2', reason: '' });
  assert.equal((await second).code, 'instance_not_running');
  starting.resolve();
  await first;
  assert.equal(site.machine.starts.length, 1);
});

test('unknown sandboxes and reasons are refused', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const unknown = await refusal(client.killInstance({ sandboxId: 'sb_9', reason: '' }));
  assert.equal(unknown.code, 'instance_not_found');
  await client.createInstance(order('sb_1'));
  const bad = await refusal(client.killInstance({ sandboxId: 'sb_1', reason: 'because' }));
  assert.deepEqual([bad.code, bad.field], ['invalid_request', 'reason']);
});

test('a create waits for the share of what is being cleaned', async (t) => {
  const site = await makeSite(t, { max_instances: 1 });
  const { client } = await site.open({ timing: { capacityMs: 30_000 } });
  await client.createInstance(order('sb_1'));
  const killing = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'kill' ? killing.promise : undefined);
  await client.killInstance({ sandboxId: 'sb_1', reason: '' });
  const creating = client.createInstance(order('sb_2'));
  setImmediate(() => killing.resolve());
  assert.equal((await creating).instance?.state, proto.State.RUNNING);
});

test('forgetting removes ended records only, one under cleaning when it is clean', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  for (const id of ['sb_1', 'sb_2', 'sb_3']) await client.createInstance(order(id));
  await client.killInstance({ sandboxId: 'sb_1', reason: '' });
  await until(() => context.registry.get('sb_1').published?.clean);
  const killing = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'kill' ? killing.promise : undefined);
  await client.killInstance({ sandboxId: 'sb_2', reason: '' });
  await client.forgetInstances({ sandboxIds: ['sb_1', 'sb_2', 'sb_3', 'sb_9'] });
  const { instances } = await client.listInstances({});
  assert.deepEqual(
    instances.map(({ sandboxId }) => sandboxId),
    ['sb_3'],
  );
  killing.resolve();
  await until(() => context.registry.all().length === 1);
  await context.registry.get('sb_3').operations.idle();
});
