import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { sandboxFields } from '@nullspace/contract';
import { host } from '@nullspace/proto';
import { StoreError } from '../../src/store/store-error.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { hostRefusal } from '../fixtures/host-refusal.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('the life of a sandbox', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  const get = (id: string, query = '') => server.call('GET', `/v1/sandboxes/${id}${query}`);

  test('what was asked for reaches the host and comes back', async () => {
    const answer = await server.call('POST', '/v1/sandboxes', {
      template: 'base:latest',
      vcpus: 1,
      memory_mb: 256,
      disk_mb: 1024,
      timeout_ms: 60_000,
      cwd: '/srv',
      envs: { SECRET: 'hunter2' },
      metadata: { a: { b: [1] } },
      network: { mask_request_host: `localhost:$\{PORT}` },
      internet_access: false,
    });
    assert.equal(answer.status, 201);
    // That one is there when the create named a warm pool.
    const fields = sandboxFields.filter((field) => field !== 'warm_pool_checkout');
    assert.deepEqual(Object.keys(answer.body).sort(), fields.sort());
    assert.match(answer.body.id, /^sb_[a-z0-9]{20}$/);
    assert.deepEqual(answer.body.config, { vcpus: 1, memory_mb: 256, disk_mb: 1024 });
    assert.deepEqual(answer.body.metadata, { a: { b: [1] } });
    assert.deepEqual(answer.body.network, { mask_request_host: `localhost:$\{PORT}` });
    assert.equal(answer.body.template, 'base:latest');
    assert.equal(answer.body.status, 'running');
    assert.equal(answer.body.timeout_at, answer.body.expires_at);
    assert.doesNotMatch(answer.text, /hunter2/);
    const { spec } = server.host.instances.get(answer.body.id)!;
    assert.equal(spec?.cwd, '/srv');
    assert.deepEqual(spec?.env, { SECRET: 'hunter2' });
    assert.equal(spec?.internetAccess, false);
    assert.deepEqual((await get(answer.body.id)).body, answer.body);
  });

  test('a projection holds the asked fields in their order', async () => {
    const id = await server.createSandbox();
    const { text } = await get(id, '?fields=status,id,status');
    assert.equal(text, JSON.stringify({ status: 'running', id }));
  });

  test('destroyed means gone, with when and why, and only once', async () => {
    const id = await server.createSandbox();
    assert.equal((await server.call('DELETE', `/v1/sandboxes/${id}`)).status, 204);
    const gone = await get(id);
    expectError(gone, 'sandbox_not_found', [/manual/]);
    assert.ok(Date.parse(gone.body.error.details.ended_at) > 0);
    for (const [method, path, body] of [
      ['DELETE', '', undefined],
      ['POST', '/exec', { command: 'echo' }],
      ['POST', '/timeout', { timeout_ms: 1000 }],
      ['GET', '/processes', undefined],
    ] as const) {
      expectError(await server.call(method, `/v1/sandboxes/${id}${path}`, body), 'sandbox_not_found', [
        /manual/,
      ]);
    }
  });

  test('the deadline ends it at once, for get, list and exec', async () => {
    const id = await server.createSandbox({ timeout_ms: 150 });
    const other = await server.createSandbox();
    await until(async () => (await get(id)).status === 404);
    const gone = await get(id);
    expectError(gone, 'sandbox_not_found', [/timeout/]);
    assert.ok(Date.parse(gone.body.error.details.ended_at) <= Date.now());
    const listed = (await server.call('GET', '/v1/sandboxes')).body.items.map(
      (item: { id: string }) => item.id,
    );
    assert.ok(!listed.includes(id) && listed.includes(other));
    expectError(
      await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo' }),
      'sandbox_not_found',
    );
  });

  test('a new timeout counts from now, may be shorter, and is shown', async () => {
    const id = await server.createSandbox();
    const before = Date.now();
    const answer = await server.call('POST', `/v1/sandboxes/${id}/timeout`, { timeout_ms: 1000_000 });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.timeout_ms, 1000_000);
    assert.ok(Date.parse(answer.body.timeout_at) >= before + 1000_000);
    await server.call('POST', `/v1/sandboxes/${id}/timeout`, { timeout_ms: 1 });
    await until(async () => (await get(id)).status === 404);
  });

  test('one that ended in an error is readable and takes no calls', async () => {
    const id = await server.createSandbox();
    server.host.end(id, { state: host.State.ERROR, reason: 'out_of_memory', message: 'Memory was used up.' });
    await until(async () => (await get(id)).body.status === 'error');
    const { body } = await get(id);
    assert.equal(body.status_reason, 'out_of_memory');
    assert.equal(body.status_message, 'Memory was used up.');
    expectError(
      await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo' }),
      'sandbox_not_ready',
      [/error/, /out_of_memory/],
    );
    assert.equal((await server.call('DELETE', `/v1/sandboxes/${id}`)).status, 204);
  });

  for (const [refusal, code] of [
    ['capacity_exceeded', 'capacity_exceeded'],
    ['disk_full', 'capacity_exceeded'],
    ['image_not_found', 'template_not_found'],
    ['start_failed', 'create_failed'],
    ['invalid_request', 'invalid_request'],
  ] as const) {
    test(`a host that refuses with ${refusal} is told as ${code}, and leaves an error record`, async () => {
      let sandboxId = '';
      server.host.beforeCreate = (request) => {
        sandboxId = request.sandboxId;
        throw hostRefusal(refusal, 'memory_mb');
      };
      const answer = await server.call('POST', '/v1/sandboxes', {});
      server.host.beforeCreate = () => undefined;
      expectError(answer, code);
      const record = await get(sandboxId);
      assert.equal(record.body.status, 'error');
      assert.equal(record.body.status_reason, 'start_failed');
      expectError(
        await server.call('POST', `/v1/sandboxes/${sandboxId}/exec`, { command: 'a' }),
        'sandbox_not_ready',
      );
    });
  }

  /** Has the disk under the records of the next creates answer when the test wants. */
  function holdDisk(t: TestContext): PromiseWithResolvers<void> {
    const disk = Promise.withResolvers<void>();
    disk.promise.catch(() => undefined);
    const insert = server.store.insertSandbox.bind(server.store);
    t.mock.method(server.store, 'insertSandbox', async (...args: Parameters<typeof insert>) => {
      const result = await insert(...args);
      return result.inserted ? { ...result, onDisk: disk.promise } : result;
    });
    return disk;
  }

  test('the host starts it while its record goes to the disk, and the answer waits for both', async (t) => {
    const disk = holdDisk(t);
    const asked = Promise.withResolvers<string>();
    server.host.beforeCreate = ({ sandboxId }) => asked.resolve(sandboxId);
    let answered = false;
    const creating = server.call('POST', '/v1/sandboxes', {}).finally(() => {
      answered = true;
    });
    const id = await asked.promise;
    server.host.beforeCreate = () => undefined;
    await until(async () => (await get(id)).body.status === 'running');
    assert.equal(answered, false);
    disk.resolve();
    assert.equal((await creating).status, 201);
  });

  test('one whose record does not reach the disk is ended', async (t) => {
    const disk = holdDisk(t);
    const asked = Promise.withResolvers<string>();
    server.host.beforeCreate = ({ sandboxId }) => asked.resolve(sandboxId);
    const creating = server.call('POST', '/v1/sandboxes', {});
    const id = await asked.promise;
    server.host.beforeCreate = () => undefined;
    disk.reject(new StoreError('disk_full', 'The disk of the database is full.'));
    const { status } = await creating;
    assert.ok(status >= 500, String(status));
    assert.equal((await get(id)).body.status, 'error');
    const { state } = server.host.instances.get(id) ?? { state: host.State.DESTROYED };
    assert.equal(state, host.State.DESTROYED);
  });

  test('one that is destroyed while it is created does not come up', async () => {
    const gate = Promise.withResolvers<string>();
    const opened = Promise.withResolvers<void>();
    server.host.beforeCreate = async ({ sandboxId }) => {
      gate.resolve(sandboxId);
      await opened.promise;
    };
    const creating = server.call('POST', '/v1/sandboxes', {});
    const id = await gate.promise;
    const early = await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo' });
    expectError(early, 'sandbox_not_ready', [/creating/]);
    assert.equal((await server.call('DELETE', `/v1/sandboxes/${id}`)).status, 204);
    opened.resolve();
    expectError(await creating, 'sandbox_not_found', [/manual/]);
    server.host.beforeCreate = () => undefined;
    const { state } = server.host.instances.get(id) ?? { state: host.State.DESTROYED };
    assert.equal(state, host.State.DESTROYED);
  });

  test('metrics are one sample', async () => {
    const id = await server.createSandbox();
    const { body } = await server.call('GET', `/v1/sandboxes/${id}/metrics`);
    assert.equal(body.length, 1);
    assert.equal(body[0].cpu_count, 2);
    assert.equal(body[0].mem_total_bytes, 512 * 1024 * 1024);
  });
});
