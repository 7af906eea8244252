import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { FileTokens } from '../../src/files/file-tokens.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('minted URLs', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());

  const mint = async (direction: 'download' | 'upload', path: string, more: object = {}, sandboxId = id) => {
    const route = `/v1/sandboxes/${sandboxId}/files/${direction}-url`;
    const answer = await server.call('POST', route, { path, user: null, ...more });
    assert.equal(answer.status, 200, answer.text);
    return answer.body as { url: string; token?: string };
  };
  const put = (url: string, body: string) => fetch(url, { method: 'PUT', body });

  test('take and serve one file without a key', async () => {
    const upload = await mint('upload', 'a b/ü.txt', { user: 'user' });
    assert.ok(upload.url.startsWith(`${server.url}/v1/sandboxes/${id}/file?`));
    assert.ok(upload.url.includes(encodeURIComponent(upload.token!)));
    assert.equal((await put(upload.url, 'content')).status, 204);
    const { url } = await mint('download', '/home/user/a b/ü.txt');
    assert.equal(await (await fetch(url)).text(), 'content');
    const archive = await mint('download', 'folder', { archive_format: 'tar' });
    assert.equal(await (await fetch(archive.url)).text(), 'tar of folder');
  });

  test('work in their direction, for their path, account and sandbox alone', async () => {
    server.host.guestOf(id).files.contents.set('/x', Buffer.from('x'));
    const other = await server.createSandbox();
    const download = (await mint('download', '/x')).url;
    const upload = (await mint('upload', '/x')).url;
    assert.equal((await put(download, 'y')).status, 401);
    assert.equal((await fetch(upload)).status, 401);
    for (const changed of [
      download.replace('path=%2Fx', 'path=%2Fy'),
      `${download}&user=user`,
      `${download}&archive_format=tar`,
      `${download}&path=%2Fy`,
      download.replace(id, other),
      download.slice(0, -3),
      download.replace(/file_token=[^&]*/, 'file_token=a'),
    ]) {
      const response = await fetch(changed);
      assert.equal(response.status, 401, changed);
      assert.equal(((await response.json()) as { code: string }).code, 'unauthorized');
    }
    assert.equal(await (await fetch(download)).text(), 'x');
  });

  test('are answered to HEAD as to GET, without the bytes', async () => {
    server.host.guestOf(id).files.contents.set('/x', Buffer.from('content'));
    const { url } = await mint('download', '/x');
    const archive = await mint('download', 'folder', { archive_format: 'tar' });
    const missing = await mint('download', '/no-such');
    const shown = ['content-type', 'content-length', 'content-range', 'accept-ranges'];
    for (const [address, headers] of [
      [url, {}],
      [url, { range: 'bytes=1-3' }],
      [url, { range: 'bytes=9-' }],
      [archive.url, {}],
      [missing.url, {}],
      [url.replace(/file_token=[^&]*/, 'file_token=a'), {}],
    ] as const) {
      const [got, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => fetch(address, { method, headers })),
      );
      assert.equal(head!.status, got!.status);
      for (const name of shown) assert.equal(head!.headers.get(name), got!.headers.get(name), name);
      assert.equal(await head!.text(), '');
      await got!.arrayBuffer();
    }
  });

  test('name their methods when they are asked by another', async () => {
    const { url } = await mint('download', '/x');
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const answer = await fetch(url, { method });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'GET, HEAD, PUT');
    }
    const elsewhere = url.replace('/file?', '/files?');
    assert.equal((await fetch(elsewhere, { method: 'POST' })).status, 401);
  });

  test('survive a restart of the server and end with the sandbox', async () => {
    const doomed = await server.createSandbox();
    server.host.guestOf(doomed).files.contents.set('/x', Buffer.from('x'));
    const before = new URL((await mint('download', '/x', {}, doomed)).url);
    await server.restart();
    const url = server.url + before.pathname + before.search;
    assert.equal(await (await fetch(url)).text(), 'x');
    server.host.end(doomed, { state: host.State.DESTROYED, reason: 'manual' });
    await server.call('GET', `/v1/sandboxes/${doomed}`);
    assert.equal((await fetch(url)).status, 404);
    const refused = await server.call('POST', `/v1/sandboxes/${doomed}/files/download-url`, { path: '/x' });
    assert.equal(refused.status, 404);
  });

  test('are valid for 15 minutes', async (context) => {
    const tokens = new FileTokens(async () => 'secret');
    const grant = {
      sandboxId: 'sb_1',
      direction: 'upload' as const,
      path: '/x',
      user: '',
      archiveFormat: '',
    };
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const token = await tokens.mint({ ...grant, tenantId: 'ten_1' });
    context.mock.timers.tick(899_000);
    assert.equal(await tokens.check(token, grant), 'ten_1');
    context.mock.timers.tick(1000);
    await assert.rejects(tokens.check(token, grant), /no longer valid/);
    const foreign = token.replace('ten_1', 'ten_2');
    await assert.rejects(tokens.check(foreign, grant), /not one for/);
  });
});
