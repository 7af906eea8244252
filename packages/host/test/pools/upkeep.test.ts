import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { image, makeSite, type OpenedHost, order } from '../fixtures/open-test-host.ts';
import { checkout, pool } from '../fixtures/pool-orders.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

const poolOf = (host: OpenedHost) => host.context.pools.find('twp_a')!;
const full = (host: OpenedHost, count: number) =>
  until(() => poolOf(host).ready.length === count && poolOf(host).warming === 0);
const ids = (host: OpenedHost) => poolOf(host).ready.map(({ id }) => id);

test('an old instance is replaced, one after another', async (t) => {
  const site = await makeSite(t);
  const host = await site.open({ timing: { poolCheckMs: 5 } });
  await host.client.setPools({ pools: [pool('twp_a', 2)] });
  await full(host, 2);
  const before = ids(host);
  await host.client.setPools({ pools: [pool('twp_a', 2, { maxAgeMs: 60n })] });
  await until(() => ids(host).length > 0 && ids(host).every((id) => !before.includes(id)));
  assert.ok(poolOf(host).expired >= 2);
});

test('what nobody asks for is ended down to min_ready', async (t) => {
  const site = await makeSite(t);
  const host = await site.open({ timing: { poolCheckMs: 5 } });
  const sized = (minReady: number) =>
    host.client.setPools({ pools: [pool('twp_a', 3, { minReady, idleTimeoutMs: 40n })] });
  await sized(3);
  await full(host, 3);
  await sized(1);
  await full(host, 1);
});

test('a pool of another size, or without a place, keeps only what fits', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.setPools({ pools: [pool('twp_a', 3)] });
  await full(host, 3);
  await host.client.setPools({ pools: [pool('twp_a', 1)] });
  await full(host, 1);
  const [before] = ids(host);
  const spec = { image, vcpus: 1, memoryMb: 256 };
  await host.client.setPools({ pools: [pool('twp_a', 1, { spec })] });
  await until(() => ids(host).length === 1 && ids(host)[0] !== before);
  assert.equal(poolOf(host).ready[0]?.record.spec.memory_mb, 256);
  await host.client.setPools({ pools: [pool('twp_a', 1, { spec, mode: proto.PoolMode.DRAINING })] });
  await full(host, 0);
  await host.client.setPools({ pools: [] });
  await until(() => host.context.registry.ready().length === 0 && site.machine.running.size === 0);
});

test('starts that fail come ever later, and their reason is told', async (t) => {
  const site = await makeSite(t);
  const host = await site.open({ timing: { poolCheckMs: 5 } });
  site.machine.onStep = (step) => {
    if (step === 'start') throw new Error('no such luck');
  };
  await host.client.setPools({ pools: [pool('twp_a', 1)] });
  await until(() => poolOf(host).failures === 1);
  const [status] = (await host.client.listPools({})).pools;
  assert.equal(status?.degradedReason, 'start_failed');
  assert.match(status.message, /no such luck/);
  assert.ok(poolOf(host).retryAt > performance.now());
  site.machine.onStep = () => {};
  await host.client.setPools({ pools: [pool('twp_a', 1)] });
  await full(host, 1);
  assert.equal((await host.client.listPools({})).pools[0]?.degradedReason, '');
});

test('all pools together hold a share of the memory at most', async (t) => {
  const site = await makeSite(t, { memory_overcommit: 1, pool_memory_share: 0.25 });
  const host = await site.open({ timing: { poolCheckMs: 5 } });
  await host.client.setPools({ pools: [pool('twp_a', 5)] });
  await full(host, 2);
  await until(() => poolOf(host).degraded?.reason === 'capacity');
  assert.match(poolOf(host).degraded?.message ?? '', /may hold 1024 MB/);
  assert.equal(poolOf(host).ready.length, 2);
});

test("the host's own give way first, then what is above min_ready, then the others", async (t) => {
  const site = await makeSite(t, { ready_base: 1, max_instances: 4 });
  const host = await site.open();
  await until(() => host.context.pools.system?.ready.length === 1);
  await host.client.setPools({ pools: [pool('twp_a', 3)] });
  await full(host, 3);
  await host.client.setPools({ pools: [pool('twp_a', 3, { minReady: 2 })] });
  const counts = () => [host.context.pools.system?.ready.length, poolOf(host).ready.length];
  const seen = [];
  for (const id of ['sb_1', 'sb_2', 'sb_3', 'sb_4']) {
    await host.client.createInstance(order(id, { memoryMb: 128 }));
    seen.push(counts());
  }
  assert.deepEqual(seen, [
    [0, 3],
    [0, 2],
    [0, 1],
    [0, 0],
  ]);
  assert.equal((await refusal(host.client.createInstance(order('sb_5')))).code, 'capacity_exceeded');
});

test('ready instances of an earlier process are ended, and pools filled anew', async (t) => {
  const site = await makeSite(t, { ready_base: 2 });
  const host = await site.open();
  await until(() => host.context.pools.system?.ready.length === 2);
  const taken = await host.client.createInstance(order('sb_1', { vcpus: 2 }));
  assert.equal(taken.checkout, undefined);
  const before = new Set(site.machine.running);
  assert.ok(before.has(taken.instance!.instanceId));
  await host.crash();
  const next = await site.open();
  await until(() => next.context.pools.system?.ready.length === 2);
  const kept = [...site.machine.running].filter((id) => before.has(id));
  assert.deepEqual(kept, [taken.instance!.instanceId]);
  assert.equal((await next.client.getInstance({ sandboxId: 'sb_1' })).instance?.state, proto.State.RUNNING);
});

test("the host's own follow the installed image", async (t) => {
  const site = await makeSite(t, { ready_base: 1 });
  const host = await site.open({ timing: { poolCheckMs: 5 } });
  await until(() => host.context.pools.system?.ready.length === 1);
  const digest = `sha256-${'b'.repeat(64)}`;
  const { imagesDir } = findPaths(site.settings);
  await writeFile(join(imagesDir, `${digest}.erofs`), 'other');
  await writeFile(join(imagesDir, 'new.json'), JSON.stringify({ base: { digest, size_bytes: 5 } }));
  await rename(join(imagesDir, 'new.json'), join(imagesDir, 'images.json'));
  await until(() => host.context.pools.system?.ready[0]?.record.spec.image === digest);
});

test('pools that cannot be are refused whole', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  await client.setPools({ pools: [pool('twp_a', 0)] });
  const cases: [string, ReturnType<typeof pool>[]][] = [
    ['pool_id', [pool('a b', 1)]],
    ['pool_id', [pool('system', 1)]],
    ['pool_id', [pool('twp_b', 1), pool('twp_b', 1)]],
    ['min_ready', [pool('twp_b', 1, { minReady: 2 })]],
    ['max_ready', [pool('twp_b', 1, { maxReady: 1_000_000 })]],
    ['mode', [pool('twp_b', 1, { mode: 0 })]],
    ['spec.memory_mb', [pool('twp_b', 1, { spec: { image, vcpus: 1, memoryMb: 1 } })]],
  ];
  for (const [field, pools] of cases) {
    const error = await refusal(client.setPools({ pools }));
    assert.deepEqual([error.code, error.field], ['invalid_request', field]);
  }
  assert.deepEqual(
    (await client.listPools({})).pools.map(({ poolId }) => poolId),
    ['twp_a'],
  );
  const endless = await refusal(client.createInstance(checkout('sb_1', 'twp_a', { waitMs: 300_001 })));
  assert.equal(endless.field, 'checkout.wait_ms');
});
