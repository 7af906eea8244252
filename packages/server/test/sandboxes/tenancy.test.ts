import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('a tenant sees and touches its own only', () => {
  let server: TestServer;
  let id: string;
  let stranger: { key: string };
  before(async () => {
    server = await startTestServer({ tenant_max_sandboxes: 3, tenant_max_requests: 4 });
    id = await server.createSandbox();
    stranger = { key: await server.makeKey('stranger') };
  });
  after(() => server.close());

  const touches: [string, string, unknown?][] = [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/timeout', { timeout_ms: 1000 }],
    ['GET', '/metrics'],
    ['POST', '/exec', { command: 'echo' }],
    ['POST', '/exec', { command: 'echo', background: true }],
    ['GET', '/processes'],
    ['GET', '/processes/100/logs'],
    ['POST', '/processes/100/kill'],
    ['POST', '/processes/100/stdin', { data: 'x' }],
    ['GET', '/files'],
    ['POST', '/files/read', { path: 'a' }],
    ['POST', '/files/write', { path: 'a', content: '' }],
    ['POST', '/files/info', { path: 'a' }],
    ['POST', '/files/exists', { path: 'a' }],
    ['POST', '/files/remove', { path: 'a' }],
    ['POST', '/files/rename', { old_path: 'a', new_path: 'b' }],
    ['POST', '/files/mkdir', { path: 'a' }],
    ['POST', '/files/permissions', { path: 'a', permissions: '644' }],
    ['GET', '/file?path=a'],
    ['PUT', '/file?path=a', 'x'],
  ];
  for (const [method, path, body] of touches) {
    test(`${method} …${path} of another tenant's sandbox answers as for an unknown one`, async () => {
      const answer = await server.call(method, `/v1/sandboxes/${id}${path}`, body, stranger);
      expectError(answer, 'sandbox_not_found', [new RegExp(id)]);
      assert.doesNotMatch(answer.text, /ended/);
    });
  }

  test('lists hold only what is the tenant’s', async () => {
    assert.deepEqual((await server.call('GET', '/v1/sandboxes', undefined, stranger)).body.items, []);
    assert.equal((await server.call('GET', '/v1/sandboxes')).body.items[0].id, id);
  });

  test('a tenant at its quota is refused and others are not', async () => {
    await server.createSandbox();
    await server.createSandbox();
    const refused = await server.call('POST', '/v1/sandboxes', {});
    expectError(refused, 'quota_exceeded', [/3/]);
    assert.equal(refused.status, 429);
    assert.equal((await server.call('POST', '/v1/sandboxes', {}, stranger)).status, 201);
  });

  test('a tenant with too many requests under way is told to wait, others are not', async () => {
    const guest = server.host.guestOf(id);
    const running = [1, 2, 3, 4].map((number) =>
      server.call('POST', `/v1/sandboxes/${id}/exec`, { command: `wait-${number}` }),
    );
    for (const number of [1, 2, 3, 4]) await guest.processes.started(`wait-${number}`);
    const refused = await server.call('GET', '/v1/sandboxes');
    expectError(refused, 'rate_limit_exceeded', [/4/]);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal((await server.call('GET', '/v1/sandboxes', undefined, stranger)).status, 200);
    for (const process of guest.processes.all.values()) process.end(0);
    await Promise.all(running);
    assert.equal((await server.call('GET', '/v1/sandboxes')).status, 200);
  });
});
