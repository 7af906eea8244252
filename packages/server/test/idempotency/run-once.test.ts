import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { hostRefusal } from '../fixtures/host-refusal.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('creates with an idempotency key', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  const create = (idempotencyKey: string, body: object = {}, key = server.key) =>
    server.call('POST', '/v1/sandboxes', body, { key, headers: { 'idempotency-key': idempotencyKey } });

  test('are answered the same when repeated, also after a restart', async () => {
    const first = await create('k1');
    assert.equal(first.status, 201);
    assert.equal(first.headers.get('idempotent-replayed'), null);
    const second = await create('k1');
    assert.equal(second.text, first.text);
    assert.equal(second.status, 201);
    assert.equal(second.headers.get('idempotent-replayed'), 'true');
    await server.restart();
    assert.equal((await create('k1')).text, first.text);
    assert.equal((await server.call('GET', '/v1/sandboxes')).body.items.length, 1);
  });

  test('conflict with another body, and are other tenants’ own', async () => {
    await create('k2');
    expectError(await create('k2', { vcpus: 1 }), 'idempotency_conflict');
    const other = await create('k2', {}, await server.makeKey('idem-other'));
    assert.equal(other.status, 201);
  });

  test('make one sandbox when they come at once', async () => {
    const opened = Promise.withResolvers<void>();
    server.host.beforeCreate = () => opened.promise;
    const calls = Array.from({ length: 8 }, () => create('k3'));
    const early = await Promise.race(calls);
    expectError(early, 'transition_in_progress');
    opened.resolve();
    const answers = await Promise.all(calls);
    server.host.beforeCreate = () => undefined;
    const created = answers.filter(({ status }) => status === 201);
    assert.equal(new Set(created.map(({ body }) => body.id)).size, 1);
    for (const answer of answers) if (answer.status !== 201) expectError(answer, 'transition_in_progress');
    assert.equal((await create('k3')).body.id, created[0]!.body.id);
  });

  test('are free again after a failure', async () => {
    server.host.beforeCreate = () => {
      throw hostRefusal('capacity_exceeded');
    };
    expectError(await create('k4'), 'capacity_exceeded');
    server.host.beforeCreate = () => undefined;
    assert.equal((await create('k4')).status, 201);
  });

  test('go on when their caller hangs up, and the repetition gets the sandbox', async () => {
    const opened = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    server.host.beforeCreate = () => {
      reached.resolve();
      return opened.promise;
    };
    const abort = new AbortController();
    const call = server.call(
      'POST',
      '/v1/sandboxes',
      {},
      {
        headers: { 'idempotency-key': 'k5' },
        signal: abort.signal,
      },
    );
    await reached.promise;
    abort.abort();
    await assert.rejects(call);
    opened.resolve();
    server.host.beforeCreate = () => undefined;
    let answer = await create('k5');
    while (answer.body.code === 'transition_in_progress') answer = await create('k5');
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('idempotent-replayed'), 'true');
  });

  for (const key of ['', 'with space', 'ü', 'x'.repeat(256)]) {
    test(`refuse the key ${JSON.stringify(key.slice(0, 20))}`, async () => {
      const header = Buffer.from(key).toString('latin1');
      const answer = await server.call(
        'POST',
        '/v1/sandboxes',
        {},
        { headers: { 'idempotency-key': header } },
      );
      expectError(answer, 'invalid_request', [/Idempotency-Key/]);
    });
  }
});
