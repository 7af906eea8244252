import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

const path = '/v1/template-warm-pools';
const body = {
  template_ref: 'base',
  name: 'small',
  min_ready: 2,
  max_ready: 4,
  resources: { vcpus: 1, memory_mb: 256 },
};

describe('warm pools', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ tenant_max_ready: 20 });
  });
  after(() => server.close());
  const call = (method: string, rest = '', sent?: unknown, key?: string) =>
    server.call(method, path + rest, sent, key ? { key } : {});
  const make = async (more: object = {}) => {
    const answer = await call('POST', '', { ...body, ...more });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  };
  const onHost = () => server.host.pools.defined;

  test('are made, read, changed and deleted, and the host knows each time', async () => {
    const pool = await make({ labels: { team: 'red' }, metadata: { a: [1] } });
    assert.match(pool.id, /^twp_/);
    assert.equal(pool.state, 'enabled');
    assert.deepEqual(pool.resources, { vcpus: 1, memory_mb: 256, disk_mb: 8192 });
    assert.deepEqual(pool.status, {
      ...{ target: 2, ready: 0, warming: 0, claimed: 0, draining: 0, failed: 0, expired: 0 },
      unavailable: 2,
    });
    assert.equal(pool.checkout_policy, 'prefer');
    assert.equal(pool.version_policy, 'pinned_build');
    assert.equal(pool.resolved_template, 'base');
    assert.deepEqual([onHost()[0]?.minReady, onHost()[0]?.maxReady], [2, 4]);
    const scaled = await call('PATCH', `/${pool.id}`, { min_ready: 3, stale_after_seconds: 60 });
    assert.equal(scaled.body.min_ready, 3);
    assert.equal(onHost()[0]?.minReady, 3);
    assert.equal(onHost()[0]?.maxAgeMs, 60_000n);
    assert.deepEqual((await call('GET', `/${pool.id}`)).body.labels, { team: 'red' });
    assert.equal((await call('DELETE', `/${pool.id}`)).status, 204);
    assert.equal(onHost().length, 0);
    for (const method of ['GET', 'DELETE']) {
      expectError(await call(method, `/${pool.id}`), 'warm_pool_not_found', [new RegExp(pool.id)]);
    }
  });

  test('may have an id of the caller, once a tenant', async () => {
    const pool = await make({ id: 'twp_review_api_small' });
    assert.equal(pool.id, 'twp_review_api_small');
    expectError(await call('POST', '', { ...body, id: pool.id }), 'conflict', [/twp_review_api_small/]);
    const key = await server.makeKey('second');
    const other = await call('POST', '', { ...body, id: pool.id }, key);
    assert.equal(other.status, 201);
    assert.equal(new Set(onHost().map(({ poolId }) => poolId)).size, 2);
    await call('DELETE', `/${pool.id}`, undefined, key);
    await call('DELETE', `/${pool.id}`);
  });

  test("are another tenant's alone", async () => {
    const { id } = await make();
    const key = await server.makeKey('stranger');
    const calls: [string, string, unknown?][] = [
      ...([
        ['GET', ''],
        ['DELETE', ''],
        ['PATCH', '', { name: 'x' }],
      ] as [string, string, unknown?][]),
      ...['enable', 'disable', 'drain', 'reconcile'].map((verb): [string, string] => ['POST', `/${verb}`]),
    ];
    for (const [method, rest, sent] of calls) {
      expectError(await call(method, `/${id}${rest}`, sent, key), 'warm_pool_not_found', [new RegExp(id)]);
    }
    assert.deepEqual((await call('GET', '', undefined, key)).body.items, []);
    const create = await server.call('POST', '/v1/sandboxes', { warm_pool: { id } }, { key });
    expectError(create, 'warm_pool_not_found', [new RegExp(id)]);
    await call('DELETE', `/${id}`);
  });

  test('are listed by template, state, labels and counts', async () => {
    const red = await make({ labels: { team: 'red', tier: '1' } });
    const blue = await make({ labels: { team: 'blue' }, template_ref: 'nullspace/base:latest' });
    await call('POST', `/${blue.id}/disable`);
    server.host.pools.ready.set(onHost()[0]!.poolId, 2);
    const list = async (query: string) =>
      (await call('GET', `?${query}`)).body.items.map(({ id }: { id: string }) => id);
    assert.deepEqual(await list(''), [red.id, blue.id]);
    assert.deepEqual(await list('label=team%3Dred&label=tier%3D1'), [red.id]);
    assert.deepEqual(await list('label=team%3Dred&label=tier%3D2'), []);
    for (const bad of ['label=team', 'label=team%3Dred&label=tier'])
      expectError(await call('GET', `?${bad}`), 'invalid_request', [/label/, /key=value/]);
    assert.deepEqual(await list('state=disabled'), [blue.id]);
    assert.deepEqual(await list('state=deleted'), []);
    assert.deepEqual(await list('template=base'), [red.id]);
    assert.deepEqual(await list('status=ready'), [red.id]);
    assert.deepEqual(await list('limit=1'), [red.id]);
    expectError(await call('GET', '?status=nice'), 'invalid_request', [/status/]);
    for (const id of [red.id, blue.id]) await call('DELETE', `/${id}`);
  });

  test('are drained until they are empty, then disabled', async () => {
    const { id } = await make();
    const name = onHost()[0]!.poolId;
    server.host.pools.ready.set(name, 1);
    const draining = await call('POST', `/${id}/drain`);
    assert.equal(draining.body.state, 'draining');
    assert.equal(draining.body.degraded_reason, 'drain_active');
    server.host.pools.ready.set(name, 0);
    assert.equal((await call('POST', `/${id}/reconcile`)).body.state, 'disabled');
    const enabled = await call('POST', `/${id}/enable`);
    assert.equal(enabled.body.state, 'enabled');
    assert.ok(enabled.body.enabled_at && enabled.body.disabled_at);
    await call('DELETE', `/${id}`);
  });

  test('hold together what the tenant may have', async () => {
    const { id } = await make({ max_ready: 15 });
    expectError(await call('POST', '', { ...body, max_ready: 6 }), 'quota_exceeded', [/15/, /20/]);
    const second = await make({ max_ready: 5 });
    expectError(await call('PATCH', `/${second.id}`, { max_ready: 6 }), 'quota_exceeded', [/20/]);
    assert.equal((await call('PATCH', `/${id}`, { max_ready: 2, min_ready: 1 })).body.max_ready, 2);
    for (const one of [id, second.id]) await call('DELETE', `/${one}`);
  });

  const refused: [string, object, RegExp[], ('invalid_request' | 'template_not_found')?][] = [
    ['max_ready below min_ready', { min_ready: 5 }, [/max_ready/, /min_ready/]],
    ['a negative number', { min_ready: -1 }, [/min_ready/]],
    ['an unknown field', { vcpus: 2 }, [/vcpus/]],
    ['an id of another kind', { id: 'sb_1' }, [/id/, /twp_/]],
    ['more memory than the server gives', { resources: { memory_mb: 70_000 } }, [/memory_mb/, /65536/]],
    ['a tag to follow and a pinned build', { version_policy: 'pinned_build', track_tag: 'a' }, [/track_tag/]],
    ['an unknown template', { template_ref: 'nope' }, [/nope/], 'template_not_found'],
    ['a tag of a built-in template that it has not', { track_tag: 'nope' }, [/nope/], 'template_not_found'],
  ];
  for (const [name, fields, mentions, code = 'invalid_request' as const] of refused) {
    test(`are not made with ${name}`, async () => {
      expectError(await call('POST', '', { ...body, ...fields }), code, mentions);
      assert.equal(onHost().length, 0);
    });
  }

  test('cannot be changed into what cannot be made', async () => {
    const { id } = await make();
    expectError(await call('PATCH', `/${id}`, { min_ready: 9 }), 'invalid_request', [/max_ready/, /9/]);
    expectError(await call('PATCH', `/${id}`, {}), 'invalid_request', [/change something/]);
    assert.equal((await call('GET', `/${id}`)).body.min_ready, 2);
    await call('DELETE', `/${id}`);
  });
});
