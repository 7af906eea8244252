import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotFoundError, Sandbox, TemplateWarmPool } from '../../src/index.ts';
import { always, failure, inTurn, startApiServer } from '../support/api-server.ts';
import { sandboxRecord } from '../support/records.ts';

const record = (changes: object = {}) => ({
  id: 'twp_1',
  name: 'review',
  template_ref: 'review-api:stable',
  state: 'enabled',
  min_ready: 2,
  max_ready: 4,
  resources: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
  status: { target: 2, ready: 1, warming: 1 },
  labels: { team: 'red' },
  created_at: '2026-03-10T12:00:00Z',
  ...changes,
});
const one = '/v1/template-warm-pools/twp_1';

describe('a warm pool', () => {
  test('is made, changed, steered and deleted', async (context) => {
    const api = await startApiServer(context, ({ method }, response) =>
      always(method === 'DELETE' ? 204 : 200, method === 'DELETE' ? undefined : record())(
        {} as never,
        response,
      ),
    );
    const settings = { template: 't', name: 'review', minReady: 0, maxReady: 4, id: 'twp_1' };
    const pool = await TemplateWarmPool.create(
      { ...settings, versionPolicy: 'track_tag', trackTag: 'x' },
      api.connection,
    );
    assert.deepEqual([pool.id, pool.info.status.ready, pool.info.status.failed], ['twp_1', 1, 0]);
    await pool.update({ maxReady: 9 });
    await pool.update({ memoryMb: 1024 });
    for (const name of ['enable', 'disable', 'drain', 'reconcile'] as const) await pool[name]();
    await pool.delete();
    await assert.rejects(pool.update({}), { code: 'invalid_request' });
    assert.deepEqual(
      api.received.map(({ method, path, body }) => [method, path, body]),
      [
        [
          'POST',
          '/v1/template-warm-pools',
          {
            id: 'twp_1',
            template_ref: 't',
            name: 'review',
            min_ready: 0,
            max_ready: 4,
            version_policy: 'track_tag',
            track_tag: 'x',
            resources: { vcpus: 2, memory_mb: 512 },
          },
        ],
        ['PATCH', one, { max_ready: 9 }],
        ['GET', one, undefined],
        ['PATCH', one, { resources: { vcpus: 2, memory_mb: 1024, disk_mb: 8192 } }],
        ['POST', `${one}/enable`, undefined],
        ['POST', `${one}/disable`, undefined],
        ['POST', `${one}/drain`, undefined],
        ['POST', `${one}/reconcile`, undefined],
        ['DELETE', one, undefined],
      ],
    );
  });

  test('is listed by its labels', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(always(200, { items: [record()] }), always(200, [record()])),
    );
    const query = {
      template: 't',
      state: 'enabled',
      status: 'ready',
      labels: { a: 'b', c: 'd' },
      limit: 5,
    } as const;
    assert.equal((await TemplateWarmPool.list({ ...api.connection, ...query }))[0]!.labels.team, 'red');
    assert.equal((await TemplateWarmPool.list(api.connection)).length, 1);
    assert.equal(
      api.received[0]!.path,
      '/v1/template-warm-pools?template=t&state=enabled&status=ready&limit=5&label=a%3Db&label=c%3Dd',
    );
  });

  test('is waited for', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        always(200, record()),
        always(200, record()),
        always(200, record({ status: { ready: 2 } })),
        always(200, record({ degraded_reason: 'quota_exceeded' })),
      ),
    );
    const pool = await TemplateWarmPool.get('twp_1', api.connection);
    assert.equal((await pool.waitUntilReady({ intervalSecs: 0 })).status.ready, 2);
    await assert.rejects(pool.waitUntilReady({ timeoutSecs: 0 }), {
      code: 'timeout',
      message: /1 of 2 ready after 0 s; it is enabled \(quota_exceeded\)/,
    });
    const abort = AbortSignal.abort(new Error('enough'));
    await assert.rejects(pool.waitUntilReady({ signal: abort }), /enough/);
  });

  test('that is not there is an error', async (context) => {
    const api = await startApiServer(context, always(404, failure('warm_pool_not_found')));
    await assert.rejects(TemplateWarmPool.get('twp_1', api.connection), NotFoundError);
    await assert.rejects(TemplateWarmPool.get('', api.connection), { code: 'invalid_request' });
  });
});

describe('a create', () => {
  test('asks a pool and tells how it was served', async (context) => {
    const served = { source: 'ready_instance', hit: true, id: 'twp_1', mode: 'prefer', wait_ms: 3 };
    const api = await startApiServer(
      context,
      always(200, { ...sandboxRecord(), warm_pool_checkout: served }),
    );
    const sandbox = await Sandbox.create({
      ...api.connection,
      warmPool: 'twp_1',
      warmPoolMode: 'prefer',
      warmPoolWaitMs: 9,
    });
    assert.deepEqual((await sandbox.getInfo()).warmPoolCheckout, {
      source: 'ready_instance',
      hit: true,
      id: 'twp_1',
      mode: 'prefer',
      waitMs: 3,
    });
    await Sandbox.create({ ...api.connection, warmPoolMode: 'bypass' });
    await Sandbox.create(api.connection);
    const creates = api.received.filter(({ method }) => method === 'POST');
    assert.deepEqual(
      creates.map(({ body }) => (body as { warm_pool?: object }).warm_pool),
      [{ id: 'twp_1', mode: 'prefer', wait_ms: 9 }, { mode: 'bypass' }, undefined],
    );
  });

  test('refuses a checkout that means nothing', async (context) => {
    const api = await startApiServer(context, always(200, sandboxRecord()));
    for (const options of [
      { warmPoolMode: 'prefer' },
      { warmPoolWaitMs: 5 },
      { warmPool: 'twp_1', warmPoolWaitMs: -1 },
    ] as const)
      await assert.rejects(Sandbox.create({ ...api.connection, ...options }), { code: 'invalid_request' });
    assert.equal(api.received.length, 0);
  });
});
