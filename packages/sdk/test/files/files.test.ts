import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { NotFoundError, Sandbox } from '../../src/index.ts';
import { always, failure, inTurn, type Respond, startApiServer } from '../support/api-server.ts';
import { fileRecord, sandboxRecord } from '../support/records.ts';

const record = fileRecord();
const info = always(200, record);
const base = '/v1/sandboxes/sb_1';

async function connect(context: TestContext, respond: Respond) {
  const api = await startApiServer(context, inTurn(always(200, sandboxRecord()), respond));
  const { files } = await Sandbox.connect('sb_1', api.connection);
  api.received.length = 0;
  return { files, received: api.received };
}

const sent = (received: { method: string; path: string; body: unknown }[]) =>
  received.map(({ method, path, body }) => [method, path, body]);

describe('files', () => {
  test('are read as text, bytes and streams', async (context) => {
    const { files, received } = await connect(
      context,
      inTurn(always(200, { content: 'grüße' }), (_, response) => response.end(Buffer.from([0, 255]))),
    );
    assert.equal(await files.read('a b.txt', { user: 'user' }), 'grüße');
    assert.deepEqual([...(await files.readBytes('a b.txt'))], [0, 255]);
    const stream = await files.readStream('/a', { user: 'user' });
    assert.deepEqual([...new Uint8Array(await new Response(stream).arrayBuffer())], [0, 255]);
    assert.deepEqual(sent(received), [
      ['POST', `${base}/files/read`, { path: 'a b.txt', encoding: 'utf8', user: 'user' }],
      ['GET', `${base}/file?path=a+b.txt`, undefined],
      ['GET', `${base}/file?path=%2Fa&user=user`, undefined],
    ]);
  });

  test('that are missing are a NotFoundError, whatever is read', async (context) => {
    const { files } = await connect(context, always(404, failure('file_not_found', '/x does not exist')));
    for (const read of [files.read('/x'), files.readBytes('/x'), files.readStream('/x'), files.info('/x')]) {
      await assert.rejects(
        read,
        (error: unknown) => error instanceof NotFoundError && error.code === 'file_not_found',
      );
    }
  });

  test('are written from text and bytes with one request', async (context) => {
    const { files, received } = await connect(context, info);
    const written = await files.write('a.txt', 'ü');
    assert.equal(written.path, '/workspace/a.txt');
    assert.equal(written.isDir, false);
    assert.equal(written.modifiedTime?.getTime(), Date.parse('2026-03-10T12:00:00Z'));
    const bytes = new Uint8Array([9, 0, 255, 1]);
    for (const content of [bytes.subarray(1), bytes.slice(1).buffer, new Blob([bytes.slice(1)])]) {
      await files.write('a.txt', content, { user: 'user' });
    }
    assert.deepEqual(received[0]!.body, { path: 'a.txt', content: 'ü', encoding: 'utf8', user: null });
    for (const { path, body } of received.slice(1)) {
      assert.equal(path, `${base}/files/write`);
      assert.deepEqual(body, { path: 'a.txt', content: 'AP8B', encoding: 'base64', user: 'user' });
    }
  });

  test('are written from many bytes as they are', async (context) => {
    const { files, received } = await connect(context, info);
    const content = new Uint8Array(300_000).fill(0x61);
    const written = await files.write('/a', content, { user: 'user' });
    assert.equal(written.path, '/workspace/a.txt');
    assert.deepEqual(
      received.map(({ method, path }) => [method, path]),
      [
        ['PUT', `${base}/file?path=%2Fa&user=user`],
        ['POST', `${base}/files/info`],
      ],
    );
    assert.equal(received[0]!.headers['content-length'], '300000');
    assert.equal(received[0]!.body, 'a'.repeat(300_000));
  });

  test('are written from streams as raw bytes', async (context) => {
    const { files, received } = await connect(context, info);
    await files.write('/a b', new Blob(['one two']).stream(), { user: 'user' });
    async function* chunks() {
      yield new TextEncoder().encode('three');
    }
    await files.write('/c', chunks());
    assert.deepEqual(sent(received), [
      ['PUT', `${base}/file?path=%2Fa+b&user=user`, 'one two'],
      ['POST', `${base}/files/info`, { path: '/a b', user: 'user' }],
      ['PUT', `${base}/file?path=%2Fc`, 'three'],
      ['POST', `${base}/files/info`, { path: '/c', user: null }],
    ]);
    await assert.rejects(files.write('/c', 7 as never), { code: 'invalid_request' });
  });

  test('are listed, looked at, moved and removed', async (context) => {
    const { files, received } = await connect(
      context,
      inTurn(
        always(200, [record, { ...record, type: 'dir', is_dir: true }]),
        always(200, []),
        info,
        always(200, { exists: false }),
        always(204),
        always(204),
        info,
        always(204),
      ),
    );
    assert.deepEqual(
      (await files.list('/workspace', { depth: 2 })).map((entry) => entry.isDir),
      [false, true],
    );
    await files.list();
    assert.equal((await files.info('a')).permissions, '0644');
    assert.equal(await files.exists('a'), false);
    await files.mkdir('/d');
    await files.remove('/d', { user: 'user' });
    await files.rename('/a', '/b');
    await files.setPermissions('/b', '600');
    assert.deepEqual(sent(received), [
      ['GET', `${base}/files?path=%2Fworkspace&depth=2`, undefined],
      ['GET', `${base}/files?path=%2F`, undefined],
      ['POST', `${base}/files/info`, { path: 'a', user: null }],
      ['POST', `${base}/files/exists`, { path: 'a', user: null }],
      ['POST', `${base}/files/mkdir`, { path: '/d', user: null }],
      ['POST', `${base}/files/remove`, { path: '/d', user: 'user' }],
      ['POST', `${base}/files/rename`, { old_path: '/a', new_path: '/b', user: null }],
      ['POST', `${base}/files/permissions`, { path: '/b', permissions: '600', user: null }],
    ]);
  });
});
