import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

test('a created instance runs, is configured and says how long each phase took', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  const spec = { env: { A: '1' }, cwd: '/workspace', hostname: 'box', vcpus: 2 };
  const { instance } = await client.createInstance(order('sb_1', spec, 60_000));
  assert.ok(instance);
  assert.match(instance.instanceId, /^i[a-z0-9]{16}$/);
  assert.equal(instance.state, proto.State.RUNNING);
  assert.equal(instance.agentAddress, '10.213.0.6:49983');
  assert.equal(instance.deadlineUnixMs, instance.startedUnixMs + 60_000n);
  assert.equal(instance.spec?.processLimit, 512);
  assert.equal(instance.spec?.diskMb, 8192);
  assert.ok(instance.phases && instance.phases.agentMs >= 0);
  const [configured] = site.agents.configured;
  assert.ok(configured);
  assert.deepEqual(configured.env, { A: '1' });
  assert.equal(configured.cwd, '/workspace');
  assert.equal(configured.hostname, 'box');
  assert.equal(configured.memoryLimitBytes, 512 * 1024 * 1024);
  assert.equal(configured.token, instance.agentToken);
  assert.notEqual(site.machine.starts[0]?.env.NULLSPACE_AGENT_TOKEN, instance.agentToken);
  assert.deepEqual(context.reservations.used, { instances: 1, vcpus: 2, memoryMb: 512 });
});

test('the same sandbox id gives the same instance, also while it is created', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const listening = Promise.withResolvers<void>();
  site.agents.onListen = () => listening.promise;
  const calls = [1, 2, 3].map(() => client.createInstance(order('sb_1')));
  await until(() => site.machine.starts.length === 1);
  calls.push(client.createInstance(order('sb_1')));
  listening.resolve();
  const answers = await Promise.all(calls);
  assert.equal(new Set(answers.map(({ instance }) => instance?.instanceId)).size, 1);
  const again = await client.createInstance(order('sb_1'));
  assert.equal(again.instance?.instanceId, answers[0]?.instance?.instanceId);
  assert.equal(site.machine.starts.length, 1);
});

test('an agent rehearses unless other instances start at the same moment', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const both = Promise.withResolvers<void>();
  site.agents.onListen = () => both.promise;
  const first = client.createInstance(order('sb_1'));
  await until(() => site.machine.starts.length === 1);
  const second = client.createInstance(order('sb_2'));
  await until(() => site.machine.starts.length === 2);
  both.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(
    site.machine.starts.map(({ env }) => env.NULLSPACE_AGENT_REHEARSE),
    [undefined, 'no'],
  );
});

test('a request that does not fit is refused before anything changes', async (t) => {
  const site = await makeSite(t, { memory_overcommit: 1, cpu_overcommit: 2, max_instances: 3 });
  const { client, context } = await site.open();
  const refuse = (spec: Record<string, unknown>) => refusal(client.createInstance(order('sb_x', spec)));
  assert.deepEqual(
    [await refuse({ memoryMb: 4097 }), await refuse({ vcpus: 5 })].map(({ code, field }) => [code, field]),
    [
      ['capacity_exceeded', 'memory_mb'],
      ['capacity_exceeded', 'vcpus'],
    ],
  );
  const missing = await refuse({ image: `sha256-${'b'.repeat(64)}` });
  assert.deepEqual([missing.code, missing.field], ['image_not_found', 'spec.image']);
  for (const id of ['sb_1', 'sb_2', 'sb_3']) await client.createInstance(order(id));
  const full = await refuse({});
  assert.deepEqual([full.code, full.field], ['capacity_exceeded', 'max_instances']);
  assert.equal(context.reservations.used.instances, 3);
  assert.equal((await client.listInstances({})).instances.length, 3);
});

test('wrong fields are named with their bound', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const cases: [string, Record<string, unknown>][] = [
    ['spec.vcpus', { vcpus: 0 }],
    ['spec.vcpus', { vcpus: 33 }],
    ['spec.memory_mb', { memoryMb: 1_000_000_000 }],
    ['spec.disk_mb', { diskMb: 4_000_000_000 }],
    ['spec.image', { image: '../../etc/passwd' }],
    ['spec.cwd', { cwd: 'relative' }],
    ['spec.env', { env: { 'A=B': '1' } }],
    ['spec.env', { env: { A: 'x\0y' } }],
    ['spec.hostname', { hostname: 'Not A Name' }],
  ];
  for (const [field, spec] of cases) {
    const error = await refusal(client.createInstance(order('sb_1', spec)));
    assert.deepEqual([error.code, error.field], ['invalid_request', field]);
  }
  const badId = await refusal(client.createInstance(order('../x')));
  assert.deepEqual([badId.code, badId.field], ['invalid_request', 'sandbox_id']);
  const late = await refusal(client.createInstance(order('sb_1', {}, 40 * 24 * 3600 * 1000)));
  assert.deepEqual([late.code, late.field], ['invalid_request', 'timeout_ms']);
});

for (const phase of ['acquire', 'start', 'listen', 'configure'] as const) {
  test(`a failure in ${phase} ends the instance and leaves nothing`, async (t) => {
    const site = await makeSite(t);
    const { client, context } = await site.open();
    const fail = async () => {
      throw new Error('broken\u001b[31m on purpose');
    };
    if (phase === 'listen') site.agents.onListen = fail;
    else if (phase === 'configure') site.agents.onConfigure = fail;
    else site.machine.onStep = (step) => (step === phase ? fail() : undefined);
    const error = await refusal(client.createInstance(order('sb_1')));
    assert.equal(error.code, 'start_failed');
    assert.match(error.message, /sandbox sb_1 .*broken \[31m on purpose/);
    const { instance } = await client.getInstance({ sandboxId: 'sb_1' });
    assert.equal(instance?.state, proto.State.ERROR);
    assert.equal(instance?.reason, 'start_failed');
    await until(() => context.registry.get('sb_1').published?.clean);
    assert.equal(site.machine.running.size, 0);
    assert.equal(site.machine.slots.size, 0);
    assert.equal(context.reservations.used.instances, 0);
    const folder = findPaths(site.settings).instancesDir;
    assert.deepEqual(await readdir(`${folder}/${instance?.instanceId}`), ['journal.json']);
    assert.equal((await refusal(client.createInstance(order('sb_1')))).code, 'start_failed');
  });
}

test('a working directory that cannot be made is the mistake of the caller, also when it asks again', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  site.agents.onConfigure = async () => {
    throw new ConnectError('/etc/passwd: a part of the path is not a directory', Code.FailedPrecondition);
  };
  for (const _ of [1, 2]) {
    const error = await refusal(client.createInstance(order('sb_1', { cwd: '/etc/passwd' })));
    assert.deepEqual([error.code, error.field], ['invalid_request', 'spec.cwd']);
    assert.match(error.message, /not a directory/);
  }
});

test('a step that hangs is given up, and cleaned when it ends after all', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open({ timing: { engineMs: 20, cleanStepMs: 50 } });
  const hanging = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'start' ? hanging.promise : undefined);
  const error = await refusal(client.createInstance(order('sb_1')));
  assert.match(error.message, /starting the instance with fake took longer than 0.02 s/);
  hanging.resolve();
  await until(() => context.registry.get('sb_1').published?.clean);
  assert.equal(site.machine.running.size, 0);
  assert.equal(site.machine.slots.size, 0);
});

test('a guest that ends before its agent answers fails the create at once', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  site.agents.onListen = (signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const creating = refusal(client.createInstance(order('sb_1')));
  await until(() => site.machine.running.size === 1);
  const [id] = site.machine.running;
  site.machine.end(id!, { cause: 'crash', message: 'panic' });
  assert.match((await creating).message, /ended before its agent answered: panic/);
});

test('a caller that hangs up leaves a whole instance', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const listening = Promise.withResolvers<void>();
  site.agents.onListen = () => listening.promise;
  const hangUp = new AbortController();
  const call = client.createInstance(order('sb_1'), { signal: hangUp.signal });
  await until(() => site.machine.running.size === 1);
  hangUp.abort();
  await assert.rejects(call);
  listening.resolve();
  const { instance } = await client.createInstance(order('sb_1'));
  assert.equal(instance?.state, proto.State.RUNNING);
  assert.equal(site.machine.starts.length, 1);
});

test('creates start in the order of their coming, only so many at the same moment', async (t) => {
  const site = await makeSite(t, { start_concurrency: 2 });
  const { client } = await site.open();
  const turns: PromiseWithResolvers<void>[] = [];
  site.machine.onStep = (step) => {
    if (step !== 'acquire') return;
    const turn = Promise.withResolvers<void>();
    turns.push(turn);
    return turn.promise;
  };
  const calls: Promise<unknown>[] = [];
  for (const id of ['sb_1', 'sb_2', 'sb_3', 'sb_4']) {
    calls.push(client.createInstance(order(id)));
    await until(async () => (await client.listInstances({})).instances.length === calls.length);
  }
  assert.equal(turns.length, 2);
  for (let turn = 0; turn < 4; turn += 1) {
    await until(() => turns.length > turn);
    assert.ok(turns.length <= turn + 2);
    turns[turn]?.resolve();
    // Two that go on at the same moment may overtake each other from here on.
    await until(() => site.machine.starts.length > turn);
  }
  await Promise.all(calls);
  const order_ = site.machine.starts.map(({ hostname }) => hostname);
  assert.deepEqual(order_, ['sb-1', 'sb-2', 'sb-3', 'sb-4']);
});

test('a closing host refuses creates and finishes those under way', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  const listening = Promise.withResolvers<void>();
  site.agents.onListen = () => listening.promise;
  const creating = host.client.createInstance(order('sb_1'));
  await until(() => site.machine.running.size === 1);
  const closed = host.close();
  assert.equal((await refusal(host.client.createInstance(order('sb_2')))).code, 'shutting_down');
  listening.resolve();
  assert.equal((await creating).instance?.state, proto.State.RUNNING);
  await closed;
  assert.equal(site.machine.running.size, 1);
});
