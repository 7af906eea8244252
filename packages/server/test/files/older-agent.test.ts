import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import type { FakeGuest } from '../fixtures/fake-guest.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { sha256, UploadClient } from '../fixtures/upload-client.ts';

const large = randomBytes(3_000_000);

describe('files of a sandbox whose agent is of an older release', () => {
  let server: TestServer;
  let id: string;
  let agent: FakeGuest;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const older = async () => {
    id = await server.createSandbox();
    agent = server.host.guestOf(id);
    agent.isOlder = true;
  };
  const request = (method: string, query: string, more: object = {}) => {
    const headers = { authorization: `Bearer ${server.key}`, ...(more as { headers?: object }).headers };
    return fetch(`${server.url}/v1/sandboxes/${id}/file?${query}`, { method, ...more, headers });
  };

  test('are read whole and in parts, and it is asked only once how', async () => {
    await older();
    agent.files.contents.set('/large', large);
    for (let time = 0; time < 3; time++) {
      const answer = await request('GET', 'path=/large');
      assert.equal(answer.headers.get('content-length'), String(large.length));
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), large);
    }
    const part = await request('GET', 'path=/large', { headers: { range: 'bytes=1000000-1999999' } });
    assert.equal(part.status, 206);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), large.subarray(1_000_000, 2_000_000));
    assert.deepEqual(agent.contentRequests, ['GET']);
  });

  test('are written by body, by call and by upload', async () => {
    await older();
    const body = new Blob([large]).stream();
    const put = await request('PUT', 'path=/large', { body, duplex: 'half' });
    assert.equal(put.status, 204, await put.text());
    assert.deepEqual(agent.files.contents.get('/large'), large);
    const call = await server.call('POST', `/v1/sandboxes/${id}/files/write`, {
      path: '/t',
      content: 'text',
    });
    assert.equal(call.status, 200, call.text);
    assert.equal(String(agent.files.contents.get('/t')), 'text');
    const uploads = new UploadClient(server, id);
    const upload = await uploads.open({ target_path: '/up', content_length: 4, conflict: 'error' });
    await uploads.part(upload, 0, Buffer.from('four'));
    const done = await uploads.complete(upload, { whole_checksum_sha256: sha256(Buffer.from('four')) });
    assert.equal(done.status, 200, done.text);
    assert.equal(String(agent.files.contents.get('/up')), 'four');
    assert.deepEqual(agent.contentRequests, ['OPTIONS']);
  });

  test('that are missing or forbidden are told so', async () => {
    await older();
    expectError(await server.call('GET', `/v1/sandboxes/${id}/file?path=/none`), 'file_not_found');
    const denied = { path: '/denied/x', content: 'x' };
    expectError(await server.call('POST', `/v1/sandboxes/${id}/files/write`, denied), 'permission_denied');
  });

  test('one that knows the way is not asked again, and a file that it misses does not make it an older one', async () => {
    id = await server.createSandbox();
    agent = server.host.guestOf(id);
    expectError(await server.call('GET', `/v1/sandboxes/${id}/file?path=/none`), 'file_not_found');
    for (let time = 0; time < 2; time++) {
      const body = { path: '/t', content: 'text' };
      assert.equal((await server.call('POST', `/v1/sandboxes/${id}/files/write`, body)).status, 200);
      assert.equal((await server.call('GET', `/v1/sandboxes/${id}/file?path=/t`)).text, 'text');
    }
    assert.deepEqual(agent.contentRequests, ['GET', 'OPTIONS', 'PUT', 'GET', 'PUT', 'GET']);
  });
});
