import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from './fixtures/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

test('create, read, run, list, destroy', async () => {
  const created = await server.call('POST', '/v1/sandboxes', { metadata: { a: 1 } });
  assert.equal(created.status, 201, created.text);
  const id = created.body.id;
  const got = await server.call('GET', `/v1/sandboxes/${id}`);
  assert.deepEqual(got.body, created.body);
  const run = await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo', args: ['hi'] });
  assert.equal(run.status, 200, run.text);
  assert.equal(run.body.stdout, 'hi\n');
  const list = await server.call('GET', '/v1/sandboxes');
  assert.deepEqual(list.body.items, [created.body]);
  const gone = await server.call('DELETE', `/v1/sandboxes/${id}`);
  assert.equal(gone.status, 204, gone.text);
  const after = await server.call('GET', `/v1/sandboxes/${id}`);
  assert.equal(after.status, 404, after.text);
});
