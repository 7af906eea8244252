import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { planned } from '@nullspace/contract';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('routes', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ cors_origins: 'https://app.example, https://other.example' });
  });
  after(() => server.close());

  test('every route of a planned feature answers 501 and names it, after authentication', async () => {
    for (const route of planned) {
      const path = route.path.replace(/\{\w+\}/g, 'x1');
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : '<<not json>>';
      const answer = await server.call(route.method, path, body, { headers: { 'content-type': 'x/y' } });
      // One path may carry a channel that is served.
      if (route.path.endsWith('/sandboxes/{sandbox_id}/ws') && route.channel === 'pty') continue;
      expectError(answer, 'not_implemented', [new RegExp(route.feature.replace(/[()]/g, '.'))]);
      const stranger = await server.call(route.method, path, body, { key: 'ns_live_wrong' });
      expectError(stranger, 'unauthorized');
    }
  });

  test('health and the API document need no key', async () => {
    const health = await fetch(`${server.url}/healthz`);
    assert.deepEqual(await health.json(), { status: 'ok', version: '0.1.0' });
    const document = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as Record<string, never>;
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(document.servers, [{ url: server.url }]);
  });

  test('keys are demanded and checked', async () => {
    const bare = async (headers: Record<string, string>) => {
      const response = await fetch(`${server.url}/v1/sandboxes`, { headers });
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
      return response.status;
    };
    assert.equal(await bare({}), 401);
    assert.equal(await bare({ authorization: server.key }), 401);
    assert.equal(await bare({ authorization: `Basic ${server.key}` }), 401);
    assert.equal(await bare({ authorization: 'Bearer ns_live_' }), 401);
    assert.equal(await bare({ authorization: `Bearer ${server.key}x` }), 401);
    assert.equal((await server.call('GET', '/v1/sandboxes')).status, 200);
  });

  test('browsers of the named origins may call, and preflights answer 200', async () => {
    for (const path of ['/v1/sandboxes', '/v1/sandboxes/sb_1/exec', '/v1/volumes']) {
      const answer = await fetch(server.url + path, {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
      });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example');
      assert.match(answer.headers.get('access-control-allow-headers') ?? '', /Authorization/i);
      assert.match(answer.headers.get('access-control-allow-methods') ?? '', /DELETE/);
    }
    const refused = await server.call('GET', '/v1/nothing', undefined, {
      headers: { origin: 'https://other.example' },
    });
    assert.equal(refused.headers.get('access-control-allow-origin'), 'https://other.example');
  });

  test('templates are listed and found under every spelling', async () => {
    const list = await server.call('GET', '/v1/templates');
    assert.deepEqual(
      list.body.map(({ name, builtin }: { name: string; builtin: boolean }) => [name, builtin]),
      [['base', true]],
    );
    for (const ref of ['base', 'base:latest', 'base:default', 'nullspace/base', 'nullspace/base:latest']) {
      const found = await server.call('GET', `/v1/templates/refs/${encodeURIComponent(ref)}`);
      assert.equal(found.body.canonical_ref, 'nullspace/base:default', found.text);
    }
    const projected = await server.call('GET', '/v1/templates?fields=name,id');
    assert.deepEqual(projected.body, [{ name: 'base', id: 'base' }]);
    expectError(await server.call('GET', '/v1/templates?fields=colour'), 'invalid_fields', [/colour/]);
  });
});
