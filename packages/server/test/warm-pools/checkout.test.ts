import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

const size = { vcpus: 1, memory_mb: 256 };

describe('creates that name a warm pool', () => {
  let server: TestServer;
  let id = '';
  before(async () => {
    server = await startTestServer();
    const body = { template_ref: 'base', name: 'small', min_ready: 1, max_ready: 1, resources: size };
    id = (await server.call('POST', '/v1/template-warm-pools', body)).body.id;
  });
  after(() => server.close());
  const fill = (count: number) => {
    for (const { poolId } of server.host.pools.defined) server.host.pools.ready.set(poolId, count);
  };
  const create = (warm_pool: object, more: object = size) =>
    server.call('POST', '/v1/sandboxes', { ...more, warm_pool });

  test('get a ready sandbox, and say so wherever they are shown', async () => {
    fill(1);
    const { body } = await create({ id, wait_ms: 5 });
    const expected = { source: 'ready_instance', hit: true, id, mode: 'prefer', wait_ms: 0 };
    assert.deepEqual(body.warm_pool_checkout, expected);
    const read = await server.call('GET', `/v1/sandboxes/${body.id}`);
    assert.deepEqual(read.body.warm_pool_checkout, expected);
    const [listed] = (await server.call('GET', '/v1/sandboxes')).body.items;
    assert.deepEqual(listed.warm_pool_checkout, expected);
    const pool = (await server.call('GET', `/v1/template-warm-pools/${id}`)).body;
    assert.deepEqual(pool.checkouts, { hits: 1, misses: 0, hit_rate: 1 });
    await server.restart();
    const again = await server.call('GET', `/v1/sandboxes/${body.id}`);
    assert.deepEqual(again.body.warm_pool_checkout, expected);
  });

  test('fall back, fail or do not ask, as their mode says', async () => {
    fill(0);
    const cold = await create({ id, mode: 'prefer', wait_ms: 7 });
    const { wait_ms, ...missed } = cold.body.warm_pool_checkout;
    assert.deepEqual(missed, { source: 'cold_create', hit: false, id, mode: 'prefer' });
    // It counts from the call, so that the host is asked to wait for the rest alone.
    assert.ok(wait_ms >= 0 && wait_ms <= 7, String(wait_ms));
    const strict = await create({ id, mode: 'require', wait_ms: 7 });
    expectError(strict, 'warm_pool_unavailable', [new RegExp(id), /7 ms/]);
    assert.ok(strict.body.error.details.waited_ms >= 0, JSON.stringify(strict.body));
    assert.equal(strict.status, 503);
    fill(1);
    const bypassed = await create({ id, mode: 'bypass' });
    assert.equal(bypassed.body.warm_pool_checkout.source, 'bypassed');
    const without = await create({ mode: 'bypass' });
    assert.deepEqual(without.body.warm_pool_checkout, {
      ...{ source: 'bypassed', hit: false, mode: 'bypass', wait_ms: 0 },
    });
    const plain = await server.call('POST', '/v1/sandboxes', size);
    assert.ok(!('warm_pool_checkout' in plain.body));
  });

  test('of another size fall back, or conflict', async () => {
    fill(1);
    const other = { vcpus: 1, memory_mb: 128 };
    assert.equal((await create({ id }, other)).body.warm_pool_checkout.hit, false);
    expectError(await create({ id, mode: 'require' }, other), 'conflict', [new RegExp(id)]);
  });

  test('follow the policy of the pool', async () => {
    fill(0);
    await server.call('PATCH', `/v1/template-warm-pools/${id}`, { checkout_policy: 'require' });
    expectError(await create({ id }), 'warm_pool_unavailable', [new RegExp(id)]);
    await server.call('PATCH', `/v1/template-warm-pools/${id}`, { checkout_policy: 'prefer' });
  });

  test('are served by a host that has just started and was not told of the pool yet', async () => {
    fill(1);
    server.host.pools.forget();
    assert.equal((await create({ id, mode: 'require' })).body.warm_pool_checkout.hit, true);
  });

  test('from a snapshot never get one', async () => {
    fill(1);
    const source = await server.createSandbox(size);
    const saved = await server.call('POST', `/v1/sandboxes/${source}/snapshots`, {});
    const snapshot = { snapshot_id: saved.body.id ?? saved.body.snapshot_id };
    const copy = await create({ id }, snapshot);
    assert.equal(copy.body.warm_pool_checkout?.hit, false, copy.text);
    expectError(await create({ id, mode: 'require' }, snapshot), 'conflict', [/snapshot/]);
  });

  test('are counted', async () => {
    const text = await (await fetch(server.metricsUrl)).text();
    assert.match(text, /nullspace_warm_pool_checkouts_total\{mode="prefer",source="cold_create"\} \d/);
    assert.match(text, new RegExp(`nullspace_warm_pool_ready\\{tenant="[^"]+",pool="${id}"\\} \\d`));
  });
});
