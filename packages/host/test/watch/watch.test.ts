import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

for (const [cause, reason] of [
  ['out_of_memory', 'out_of_memory'],
  ['crash', 'guest_crash'],
  ['exit', 'guest_crash'],
  ['killed', 'guest_crash'],
] as const) {
  test(`a guest that ends by ${cause} is recorded as ${reason}`, async (t) => {
    const site = await makeSite(t);
    const { client, context } = await site.open();
    const { instance } = await client.createInstance(order('sb_1'));
    site.machine.end(instance!.instanceId, { cause, message: 'said\nso' });
    await until(() => context.registry.get('sb_1').published?.clean);
    const ended = (await client.getInstance({ sandboxId: 'sb_1' })).instance;
    assert.equal(ended?.state, proto.State.ERROR);
    assert.equal(ended?.reason, reason);
    assert.equal(ended?.message, 'said so');
    assert.equal(site.machine.slots.size, 0);
  });
}

const fast = { healthMs: 2, healthRetryMs: 2, healthAnswerMs: 1000, silentMs: 20, silentBusyMs: 40 };

test('an agent that stays silent is lost', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open({ timing: fast });
  await client.createInstance(order('sb_1'));
  await until(() => site.agents.healthChecks > 2);
  assert.equal((await client.getInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.RUNNING);
  site.agents.onHealth = async () => {
    throw new Error('garbage');
  };
  await until(
    async () => (await client.getInstance({ sandboxId: 'sb_1' })).instance?.reason === 'agent_lost',
  );
});

test('an agent that answers again in between is not lost', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open({ timing: { ...fast, silentMs: 30_000 } });
  await client.createInstance(order('sb_1'));
  site.agents.onHealth = async () => {
    if (site.agents.healthChecks % 3 > 0) throw new Error('late');
  };
  await until(() => site.agents.healthChecks > 12);
  assert.equal((await client.getInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.RUNNING);
});

test('a silent guest that computes gets more time', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open({ timing: { ...fast, silentMs: 1, silentBusyMs: 600_000 } });
  await client.createInstance(order('sb_1'));
  site.agents.onHealth = async () => {
    site.machine.cpuUsec += 60_000_000;
    throw new Error('busy');
  };
  await until(() => site.agents.healthChecks > 12);
  assert.equal((await client.getInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.RUNNING);
});
