import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { BatchWriteError, Sandbox } from '../../src/index.ts';
import { always, inTurn, type Respond, startApiServer } from '../support/api-server.ts';
import { fileRecord, sandboxRecord } from '../support/records.ts';

const base = '/v1/sandboxes/sb_1/files';

async function connect(context: TestContext, ...answers: Respond[]) {
  const api = await startApiServer(context, inTurn(always(200, sandboxRecord()), ...answers));
  const { files } = await Sandbox.connect('sb_1', api.connection);
  api.received.length = 0;
  return { files, received: api.received };
}

describe('files', () => {
  test('are searched by content and by name, and text in them is replaced', async (context) => {
    const match = { file: '/workspace/a.py', line: 3, content: 'import os' };
    const { files, received } = await connect(
      context,
      always(200, [match]),
      always(200, ['/workspace/a.py']),
      always(200, { replacements: 2 }),
    );
    assert.deepEqual(await files.find('.', '^import', { user: 'user' }), [match]);
    assert.deepEqual(await files.search('/workspace', '*.py'), ['/workspace/a.py']);
    assert.equal(await files.replace(['a.py', 'b.py'], 'os', 'sys'), 2);
    assert.deepEqual(
      received.map(({ path, body }) => [path, body]),
      [
        [`${base}/find`, { path: '.', pattern: '^import', user: 'user' }],
        [`${base}/search`, { path: '/workspace', pattern: '*.py', user: null }],
        [`${base}/replace`, { files: ['a.py', 'b.py'], pattern: 'os', replacement: 'sys', user: null }],
      ],
    );
  });

  test('get addresses that need no key', async (context) => {
    const { files, received } = await connect(
      context,
      always(200, { url: 'http://x/file?file_token=1' }),
      always(200, { url: 'http://x/file?file_token=2', token: '2' }),
    );
    assert.equal(await files.downloadUrl('/d', { archiveFormat: 'tar' }), 'http://x/file?file_token=1');
    assert.deepEqual(await files.uploadUrl('/u', { user: 'user' }), {
      url: 'http://x/file?file_token=2',
      token: '2',
    });
    assert.deepEqual(
      received.map(({ path, body }) => [path, body]),
      [
        [`${base}/download-url`, { path: '/d', user: null, archive_format: 'tar' }],
        [`${base}/upload-url`, { path: '/u', user: 'user' }],
      ],
    );
  });

  test('are written together, their manifest first and in order', async (context) => {
    const result = (path: string) => ({ status: 'success', path, info: fileRecord({ path }) });
    const { files, received } = await connect(
      context,
      always(200, { results: [result('/workspace/a'), result('/workspace/b')] }),
    );
    const written = await files.writeMany(
      [
        { path: 'a', content: 'ü' },
        { path: 'b"\r\n', content: new Uint8Array([0, 255, 13, 10]) },
      ],
      { user: 'user' },
    );
    assert.deepEqual(
      written.map(({ path }) => path),
      ['/workspace/a', '/workspace/b'],
    );
    const { headers, raw } = received[0]!;
    const form = await new Response(new Uint8Array(raw), {
      headers: { 'content-type': headers['content-type']! },
    }).formData();
    assert.deepEqual([...form.keys()], ['manifest', 'file0', 'file1']);
    const manifest = JSON.parse(await (form.get('manifest') as File).text());
    assert.deepEqual(manifest, {
      files: [
        { path: 'a', field: 'file0' },
        { path: 'b"\r\n', field: 'file1' },
      ],
      user: 'user',
    });
    assert.equal(await (form.get('file0') as File).text(), 'ü');
    assert.deepEqual([...new Uint8Array(await (form.get('file1') as File).arrayBuffer())], [0, 255, 13, 10]);
  });

  test('that could not be written with others are named in the error', async (context) => {
    const { files } = await connect(
      context,
      always(200, {
        results: [
          { status: 'success', path: '/a', info: fileRecord({ path: '/a' }) },
          { status: 'failed', path: '/proc/x', error: 'read-only' },
        ],
      }),
    );
    const many = [
      { path: '/a', content: '' },
      { path: '/proc/x', content: '' },
    ];
    await assert.rejects(files.writeMany(many), (error: unknown) => {
      assert.ok(error instanceof BatchWriteError);
      assert.equal(error.code, 'batch_write_partial_failure');
      assert.deepEqual(error.failed, [{ path: '/proc/x', message: 'read-only' }]);
      assert.equal(error.written[0]!.path, '/a');
      return true;
    });
  });

  test('an empty batch asks nothing, and a stream in one is refused before anything is sent', async (context) => {
    const { files, received } = await connect(context, always(500));
    assert.deepEqual(await files.writeMany([]), []);
    const stream = new Blob(['x']).stream();
    await assert.rejects(files.writeMany([{ path: 'a', content: stream as never }]), {
      code: 'invalid_request',
    });
    assert.equal(received.length, 0);
  });
});
