import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('downloads', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
    server.host.guestOf(id).files.contents.set('/digits', Buffer.from('0123456789'));
  });
  after(() => server.close());

  const get = (query: string, headers: Record<string, string> = {}) =>
    server.call('GET', `/v1/sandboxes/${id}/file?${query}`, undefined, { headers });

  test('say how long they are and that they can be had in parts', async () => {
    const answer = await get('path=/digits');
    assert.equal(answer.headers.get('content-length'), '10');
    assert.equal(answer.headers.get('accept-ranges'), 'bytes');
  });

  for (const [range, text, content] of [
    ['bytes=0-3', '0123', '0-3'],
    ['bytes=8-', '89', '8-9'],
    ['bytes=-3', '789', '7-9'],
    ['bytes=5-500', '56789', '5-9'],
    ['bytes=-500', '0123456789', '0-9'],
  ] as const) {
    test(`send the range ${range}`, async () => {
      const answer = await get('path=/digits', { range });
      assert.equal(answer.status, 206);
      assert.equal(answer.text, text);
      assert.equal(answer.headers.get('content-range'), `bytes ${content}/10`);
      assert.equal(answer.headers.get('content-length'), String(text.length));
    });
  }

  test('refuse ranges outside of the file and of another form', async () => {
    for (const range of ['bytes=10-', 'bytes=-0', 'bytes=99-100']) {
      const answer = await get('path=/digits', { range });
      expectError(answer, 'range_not_satisfiable', [/10 bytes/]);
      assert.equal(answer.headers.get('content-range'), 'bytes */10');
    }
    for (const range of ['bytes=3-1', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-', 'bytes=a-b']) {
      expectError(await get('path=/digits', { range }), 'invalid_request', [/Range/]);
    }
    expectError(await get('path=/nowhere', { range: 'bytes=0-1' }), 'file_not_found');
  });

  test('pack a directory', async () => {
    const answer = await get('path=folder&archive_format=tar');
    assert.equal(answer.headers.get('content-type'), 'application/x-tar');
    assert.equal(answer.text, 'tar of folder');
    expectError(await get('path=missing&archive_format=tar'), 'file_not_found');
    expectError(await get('path=folder&archive_format=zip'), 'invalid_request', [/archive_format/]);
  });

  test('end early rather than send other bytes than they announced', async () => {
    const { files } = server.host.guestOf(id);
    files.contents.set('/shrinking', Buffer.alloc(1_000_000));
    server.host.guestOf(id).override.readFile = async function* (request, context) {
      const read = files.calls().readFile!(request, context) as AsyncIterable<never>;
      for await (const message of read) {
        yield message;
        if ((message as { data: Uint8Array }).data.length > 0) return;
      }
    };
    const headers = { authorization: `Bearer ${server.key}` };
    const response = await fetch(`${server.url}/v1/sandboxes/${id}/file?path=/shrinking`, { headers });
    assert.equal(response.headers.get('content-length'), '1000000');
    await assert.rejects(response.arrayBuffer());
    delete server.host.guestOf(id).override.readFile;
  });
});

describe('searches', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
    const { contents } = server.host.guestOf(id).files;
    contents.set('/workspace/a.txt', Buffer.from('one\ntwo two\n'));
    contents.set('/workspace/.nullspace/b.txt', Buffer.from('two'));
  });
  after(() => server.close());
  const post = (verb: string, body: object) => server.call('POST', `/v1/sandboxes/${id}/files/${verb}`, body);

  test('find lines and names, but nothing of the platform', async () => {
    const lines = await post('find', { path: '.', pattern: 'tw.', user: null });
    assert.deepEqual(lines.body, [{ file: '/workspace/a.txt', line: 2, content: 'two two' }]);
    const names = await post('search', { path: '.', pattern: '*.txt', user: null });
    assert.deepEqual(names.body, ['/workspace/a.txt']);
  });

  test('replace literal text and count the places', async () => {
    const answer = await post('replace', { files: ['a.txt'], pattern: 'two', replacement: '2', user: null });
    assert.deepEqual(answer.body, { replacements: 2 });
    assert.deepEqual((await post('replace', { files: [], pattern: 'x', replacement: '' })).body, {
      replacements: 0,
    });
  });

  test('are refused for patterns that are none and for more than can be told', async () => {
    expectError(await post('find', { path: '.', pattern: '(' }), 'invalid_request', [
      /pattern: must be a regular/,
    ]);
    expectError(await post('search', { path: '.', pattern: '[' }), 'invalid_request', [
      /pattern: must be a shell/,
    ]);
    expectError(await post('find', { path: '.', pattern: '' }), 'invalid_request', [/pattern/]);
    expectError(await post('search', { path: '.', pattern: 'too-many' }), 'too_many_entries');
  });
});
