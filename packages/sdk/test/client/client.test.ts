import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '../../src/client/client.ts';
import {
  AuthError,
  QuotaExceededError,
  RateLimitError,
  SandboxError,
  TimeoutError,
} from '../../src/index.ts';
import { always, failure, inTurn, json, startApiServer } from '../support/api-server.ts';
import { passing } from '../support/passing.ts';
import { until } from '../support/until.ts';

describe('client', () => {
  test('sends the key, and a body only where there is one', async (context) => {
    const api = await startApiServer(context, always(200, { ok: true }));
    const client = new Client(api.connection);
    assert.deepEqual(await client.json('POST', '/v1/a', { json: { x: 'ü' } }), { ok: true });
    await client.json('POST', '/v1/b');
    const [first, second] = api.received;
    assert.equal(first!.headers.authorization, 'Bearer ns_test_key');
    assert.equal(first!.headers['content-type'], 'application/json');
    assert.deepEqual(first!.body, { x: 'ü' });
    assert.equal(second!.headers['content-type'], undefined);
    assert.equal(second!.headers['content-length'], '0');
  });

  test('an empty answer is undefined', async (context) => {
    const api = await startApiServer(context, always(204));
    assert.equal(await new Client(api.connection).json('DELETE', '/v1/a'), undefined);
  });

  test('waits as long as a 429 asks, three times at most', async (context) => {
    const api = await startApiServer(
      context,
      always(429, failure('rate_limit_exceeded'), { 'retry-after': '7.5' }),
    );
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const call = new Client(api.connection).json('GET', '/v1/a');
    const failed = assert.rejects(call, RateLimitError);
    for (let requests = 1; requests <= 3; requests++) {
      await until(() => api.received.length === requests, `request ${requests}`);
      await passing(context, 7_500, () => api.received.length > requests);
    }
    await failed;
    assert.equal(api.received.length, 4);
  });

  test('goes on after a 429 that passes', async (context) => {
    const slow = always(429, failure('rate_limit_exceeded'), { 'retry-after': '0' });
    const api = await startApiServer(context, inTurn(slow, slow, slow, always(200, 'fine')));
    assert.equal(await new Client(api.connection).json('GET', '/v1/a'), 'fine');
  });

  test('does not repeat a used-up quota or another failure', async (context) => {
    const full = always(429, failure('capacity_exceeded'), { 'retry-after': '0' });
    const api = await startApiServer(context, inTurn(full, always(503, failure('host_unavailable'))));
    const client = new Client(api.connection);
    await assert.rejects(client.json('POST', '/v1/a'), QuotaExceededError);
    await assert.rejects(client.json('POST', '/v1/a'), { code: 'host_unavailable', status: 503 });
    assert.equal(api.received.length, 2);
  });

  test('an abort ends the pause after a 429', async (context) => {
    const api = await startApiServer(
      context,
      always(429, failure('rate_limit_exceeded'), { 'retry-after': '3600' }),
    );
    const controller = new AbortController();
    const call = new Client(api.connection).json('GET', '/v1/a', { signal: controller.signal });
    await until(() => api.received.length === 1, 'the request');
    controller.abort(new Error('enough'));
    await assert.rejects(call, /enough/);
  });

  test('silence is a TimeoutError', async (context) => {
    const api = await startApiServer(context, () => {});
    const client = new Client({ ...api.connection, requestTimeoutMs: 50 });
    await assert.rejects(client.json('GET', '/v1/a'), (error: unknown) => {
      assert.ok(error instanceof TimeoutError);
      assert.equal(error.code, 'timeout');
      assert.match(error.message, /GET \/v1\/a/);
      return true;
    });
  });

  test('a server that is not there is a transport_error that says where it was looked for', async (context) => {
    const api = await startApiServer(context, always(200));
    await new Promise((resolve) => api.server.close(resolve));
    await assert.rejects(new Client(api.connection).json('GET', '/v1/a'), (error: unknown) => {
      assert.ok(error instanceof SandboxError);
      assert.equal(error.code, 'transport_error');
      assert.match(error.message, new RegExp(`${api.url}/v1/a.*ECONNREFUSED`));
      assert.match(error.suggestedAction ?? '', /server answers/);
      assert.ok(error.cause instanceof Error);
      return true;
    });
  });

  test('a redirect and a page are invalid responses', async (context) => {
    const page = (_: unknown, response: import('node:http').ServerResponse) => response.end('<html>');
    const api = await startApiServer(context, inTurn(always(301, undefined, { location: '/login' }), page));
    const client = new Client(api.connection);
    await assert.rejects(client.json('GET', '/v1/a'), { code: 'invalid_response', status: 301 });
    await assert.rejects(client.json('GET', '/v1/a'), { code: 'invalid_response' });
  });

  test('a caller’s fetch carries the requests', async () => {
    const seen: string[] = [];
    const client = new Client({
      apiKey: 'k',
      baseUrl: 'http://nowhere.invalid/api',
      fetch: async (url, init) => {
        seen.push(`${init?.method} ${url} ${new Headers(init?.headers).get('authorization')}`);
        return Response.json(failure('unauthorized', 'no'), { status: 401 });
      },
    });
    await assert.rejects(client.json('GET', '/v1/a'), AuthError);
    assert.deepEqual(seen, ['GET http://nowhere.invalid/api/v1/a Bearer k']);
  });

  test('whitespace in front of an answer keeps a slow call alive', async (context) => {
    const api = await startApiServer(context, (_, response) => {
      response.write('  \n');
      setImmediate(() => response.end('{"late":true}'));
    });
    assert.deepEqual(await new Client(api.connection).json('POST', '/v1/a'), { late: true });
  });

  test('carries a thousand calls, 32 at a time', async (context) => {
    const api = await startApiServer(context, ({ path }, response) => json(response, 200, path));
    const client = new Client(api.connection);
    let next = 0;
    const worker = async () => {
      while (next < 1000) {
        const path = `/v1/${next++}`;
        assert.equal(await client.json('GET', path), path);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  });
});
