import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, type OpenedHost, order } from '../fixtures/open-test-host.ts';
import { checkout, pool } from '../fixtures/pool-orders.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

const ready = (host: OpenedHost, poolId: string, count: number) =>
  until(() => host.context.pools.find(poolId)?.ready.length === count);

test('a create takes a ready instance, configured as a cold one, and the pool refills', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.setPools({ pools: [pool('twp_a', 2)] });
  await ready(host, 'twp_a', 2);
  assert.equal((await host.client.listInstances({})).instances.length, 0);
  assert.equal((await host.client.getHost({})).capacity?.instancesLive, 0);
  assert.equal((await host.client.getHost({})).capacity?.memoryReservedMb, 1024n);
  const before = new Set(site.machine.running);
  const tokenBefore = site.agents.configured.at(-1)?.token;
  const spec = { env: { A: '1' }, cwd: '/srv', hostname: 'box', internetAccess: false, processLimit: 300 };
  const request = { ...checkout('sb_1', 'twp_a', { spec }), timeoutMs: 60_000n, imageEnv: { B: '2' } };
  const answer = await host.client.createInstance(request);
  const instance = answer.instance!;
  assert.equal(answer.checkout?.hit, true);
  assert.ok(before.has(instance.instanceId));
  assert.equal(instance.deadlineUnixMs, instance.startedUnixMs + 60_000n);
  // The refill may have configured its own since.
  const configured = site.agents.configured.findLast(({ token }) => token === instance.agentToken)!;
  assert.deepEqual(configured.env, { A: '1' });
  assert.equal(configured.imageEnv.B, '2');
  assert.equal(configured.cwd, '/srv');
  assert.equal(configured.hostname, 'box');
  assert.equal(configured.processLimit, 300);
  assert.notEqual(configured.token, tokenBefore);
  const { slot } = host.context.registry.find('sb_1')!;
  assert.deepEqual(site.machine.slots.get(slot!.index), {
    internetAccess: false,
    allowOut: [],
    allowNames: [],
    denyOut: [],
  });
  const folder = findPaths(site.settings).instancesDir;
  const journal = JSON.parse(await readFile(join(folder, instance.instanceId, 'journal.json'), 'utf8'));
  assert.equal(journal.sandbox_id, 'sb_1');
  await ready(host, 'twp_a', 2);
  assert.ok(!host.context.pools.find('twp_a')!.ready.some(({ id }) => id === instance.instanceId));
});

test('the same sandbox id asked for twice takes one instance', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.setPools({ pools: [pool('twp_a', 3)] });
  await ready(host, 'twp_a', 3);
  const answers = await Promise.all(
    [1, 2, 3].map(() => host.client.createInstance(checkout('sb_1', 'twp_a'))),
  );
  const again = await host.client.createInstance(checkout('sb_1', 'twp_a'));
  const ids = [...answers, again].map(({ instance }) => instance?.instanceId);
  assert.equal(new Set(ids).size, 1);
  assert.equal(again.checkout?.hit, true);
  assert.equal(host.context.pools.find('twp_a')?.hits, 1);
});

test('of many callers at once nobody shares, and each mode answers as it says', async (t) => {
  const site = await makeSite(t, { max_instances: 200, cpu_overcommit: 200, memory_overcommit: 16 });
  const host = await site.open();
  const opened = Promise.withResolvers<void>();
  await host.client.setPools({ pools: [pool('twp_a', 5)] });
  await ready(host, 'twp_a', 5);
  // Refills stand still, so that the counts are exact.
  site.machine.onStep = (step) => (step === 'start' ? opened.promise : undefined);
  const preferring = Array.from({ length: 8 }, (_, n) =>
    host.client.createInstance(checkout(`sb_${n}`, 'twp_a')),
  );
  await until(() => host.context.pools.find('twp_a')?.misses === 3);
  const failed = await refusal(host.client.createInstance(checkout('sb_r', 'twp_a', { mode: 'require' })));
  assert.equal(failed.code, 'no_ready_instance');
  opened.resolve();
  const answers = await Promise.all(preferring);
  assert.equal(answers.filter((answer) => answer.checkout?.hit).length, 5);
  assert.equal(answers.filter((answer) => answer.checkout?.hit === false).length, 3);
  assert.equal(new Set(answers.map(({ instance }) => instance?.instanceId)).size, 8);
  const bypassed = await host.client.createInstance(checkout('sb_b', 'twp_a', { mode: 'bypass' }));
  assert.equal(bypassed.checkout, undefined);
  const [status] = (await host.client.listPools({})).pools;
  assert.deepEqual([status?.hits, status?.misses], [5n, 4n]);
});

test('who waits gets the next one, in the order of coming', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  const gates: PromiseWithResolvers<void>[] = [];
  site.machine.onStep = (step) => {
    if (step !== 'start') return undefined;
    gates.push(Promise.withResolvers<void>());
    return gates.at(-1)!.promise;
  };
  await host.client.setPools({ pools: [pool('twp_a', 0, { maxReady: 2 })] });
  const order: string[] = [];
  const waits = ['sb_1', 'sb_2'].map(async (id) => {
    const answer = await host.client.createInstance(
      checkout(id, 'twp_a', { mode: 'require', waitMs: 60_000 }),
    );
    order.push(id);
    return answer;
  });
  await until(() => gates.length === 2);
  gates[0]!.resolve();
  await until(() => order.length === 1);
  gates[1]!.resolve();
  const answers = await Promise.all(waits);
  assert.deepEqual(order, ['sb_1', 'sb_2']);
  assert.ok(answers.every((answer) => answer.checkout?.hit));
});

test('a wait ends when its time is over, or when nothing can come any more', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  site.machine.onStep = (step) => (step === 'start' ? new Promise(() => {}) : undefined);
  await host.client.setPools({ pools: [pool('twp_a', 1)] });
  const late = host.client.createInstance(checkout('sb_1', 'twp_a', { mode: 'require', waitMs: 30 }));
  assert.equal((await refusal(late)).code, 'no_ready_instance');
  const given = host.client.createInstance(checkout('sb_2', 'twp_a', { mode: 'require', waitMs: 60_000 }));
  await until(() => host.context.pools.find('twp_a')?.waiters.size === 1);
  await host.client.setPools({ pools: [pool('twp_a', 1, { mode: proto.PoolMode.DISABLED })] });
  assert.equal((await refusal(given)).code, 'no_ready_instance');
});

test('an instance that is lost or does not answer is not given out; another one is', async (t) => {
  const site = await makeSite(t);
  const host = await site.open({ timing: { checkoutMs: 1000 } });
  await host.client.setPools({ pools: [pool('twp_a', 2)] });
  await ready(host, 'twp_a', 2);
  const [first, second] = host.context.pools.find('twp_a')!.ready.map(({ id }) => id);
  site.agents.onConfigure = async () => {
    site.agents.onConfigure = async () => {};
    await new Promise(() => {});
  };
  const { instance } = await host.client.createInstance(checkout('sb_1', 'twp_a', { mode: 'require' }));
  assert.equal(instance?.instanceId, second);
  await until(() => !site.machine.running.has(first!));
});

test('what the agent refuses fails the create, and costs one instance', async (t) => {
  const { Code, ConnectError } = await import('@connectrpc/connect');
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.setPools({ pools: [pool('twp_a', 2)] });
  await ready(host, 'twp_a', 2);
  site.agents.onConfigure = async () => {
    site.agents.onConfigure = async () => {};
    throw new ConnectError('/etc/passwd is not a folder', Code.FailedPrecondition);
  };
  const failed = await refusal(host.client.createInstance(checkout('sb_1', 'twp_a')));
  assert.equal(failed.code, 'start_failed');
  assert.match(failed.message, /not a folder/);
  assert.equal((await host.client.listInstances({})).instances.length, 0);
  await ready(host, 'twp_a', 2);
  site.agents.onConfigure = async () => {
    site.agents.onConfigure = async () => {};
    throw new ConnectError('/etc/passwd: a part of the path is not a directory', Code.FailedPrecondition);
  };
  const spec = { cwd: '/etc/passwd' };
  const mistaken = await refusal(host.client.createInstance(checkout('sb_2', 'twp_a', { spec })));
  assert.deepEqual([mistaken.code, mistaken.field], ['invalid_request', 'spec.cwd']);
});

test('another shape, an unknown pool and a snapshot are told apart', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.setPools({ pools: [pool('twp_a', 1)] });
  await ready(host, 'twp_a', 1);
  const other = { spec: { memoryMb: 256 } };
  const strict = await refusal(
    host.client.createInstance(checkout('sb_1', 'twp_a', { ...other, mode: 'require' })),
  );
  assert.equal(strict.code, 'pool_mismatch');
  assert.match(strict.message, /512 MB memory.*256 MB memory/);
  const cold = await host.client.createInstance(checkout('sb_2', 'twp_a', other));
  assert.equal(cold.checkout?.hit, false);
  assert.equal((await refusal(host.client.createInstance(checkout('sb_3', 'twp_b')))).code, 'pool_not_found');
  await host.client.saveSnapshot({
    sandboxId: 'sb_2',
    snapshotId: 'snap_1',
    kind: proto.SnapshotKind.MEMORY,
  });
  const restored = await host.client.createInstance({ ...checkout('sb_4', 'twp_a'), snapshotId: 'snap_1' });
  assert.equal(restored.checkout, undefined);
  assert.equal(host.context.pools.find('twp_a')?.ready.length, 1);
});

test('a kill at the moment of a checkout ends the instance', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.setPools({ pools: [pool('twp_a', 1, { maxReady: 1 })] });
  await ready(host, 'twp_a', 1);
  const [taken] = host.context.pools.find('twp_a')!.ready;
  site.agents.onConfigure = async () => {
    site.agents.onConfigure = async () => {};
    site.machine.end(taken!.id, { cause: 'crash', message: 'panic' });
  };
  const answer = await host.client.createInstance(checkout('sb_1', 'twp_a'));
  assert.notEqual(answer.instance?.instanceId, taken!.id);
  assert.equal((await host.client.listInstances({})).instances.length, 1);
  const plain = await host.client.createInstance(order('sb_2'));
  assert.equal(plain.checkout, undefined);
});
