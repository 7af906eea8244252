import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectError } from '../fixtures/expect-error.ts';
import { type Answer, startTestServer, type TestServer } from '../fixtures/test-server.ts';

type Files = Record<string, string | Uint8Array<ArrayBuffer>>;

describe('batch writes', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());

  const send = async (form: FormData | string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${server.url}/v1/sandboxes/${id}/files/batch-write`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${server.key}`, ...headers },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };
  const formOf = (manifest: unknown, parts: Files) => {
    const form = new FormData();
    const json = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    form.append('manifest', new Blob([json], { type: 'application/json' }), 'manifest.json');
    for (const [field, bytes] of Object.entries(parts)) form.append(field, new Blob([bytes]), `${field}.bin`);
    return form;
  };
  const written = (path: string) => server.host.guestOf(id).files.contents.get(path);

  test('write every file, and tell of each', async () => {
    const large = new Uint8Array(1_000_000).map((_, index) => index % 251);
    const manifest = {
      files: [
        { path: '/b/1', field: 'file0' },
        { path: '/denied/x', field: 'file1' },
        { path: 'empty', field: 'file2' },
        { path: 'large', field: 'file3' },
      ],
      user: null,
    };
    const answer = await send(formOf(manifest, { file0: 'one', file1: 'two', file2: '', file3: large }));
    assert.equal(answer.status, 200, answer.text);
    const [first, second, third, fourth] = answer.body.results;
    assert.deepEqual([first.status, first.path, first.info.size], ['success', '/b/1', 3]);
    assert.deepEqual([second.status, second.path], ['failed', '/denied/x']);
    assert.match(second.error, /refused/);
    assert.deepEqual([third.path, fourth.path], ['/workspace/empty', '/workspace/large']);
    assert.deepEqual(written('/workspace/large'), Buffer.from(large));
    assert.equal(written('/workspace/empty')?.length, 0);
  });

  test('keep a thousand small files apart', async () => {
    const files = Array.from({ length: 1000 }, (_, index) => ({
      path: `/many/${index}`,
      field: `file${index}`,
    }));
    const parts = Object.fromEntries(files.map(({ field }) => [field, `content of ${field}`]));
    const answer = await send(formOf({ files, user: null }, parts));
    assert.equal(answer.body.results.length, 1000);
    for (const { path, field } of files) assert.equal(String(written(path)), `content of ${field}`);
  });

  test('are refused when manifest and parts do not fit, or are none', async () => {
    const files = [{ path: '/c/1', field: 'file0' }];
    expectError(await send(formOf({ files }, {})), 'invalid_request', [/file0/]);
    expectError(await send(formOf({ files }, { other: 'x' })), 'invalid_request', [/file0.*other/]);
    expectError(await send(formOf({ files }, { file0: 'x', file1: 'y' })), 'invalid_request', [/file1/]);
    expectError(await send(formOf({ files: [] }, {})), 'invalid_request', [/manifest\.files/]);
    expectError(await send(formOf({ files, mode: 1 }, { file0: 'x' })), 'invalid_request', [/manifest/]);
    expectError(await send(formOf('{', {})), 'invalid_request', [/manifest: must be JSON/]);
    const reversed = new FormData();
    reversed.append('file0', new Blob(['x']), 'file0.bin');
    expectError(await send(reversed), 'invalid_request', [/manifest/]);
    expectError(await send('{}', { 'content-type': 'application/json' }), 'invalid_request', [/multipart/]);
    const headless = { 'content-type': 'multipart/form-data; boundary=x' };
    expectError(await send('no parts', headless), 'invalid_request');
  });

  test('whose parts stop to fit say which files had been written', async () => {
    const files = ['/d/1', '/denied/2', '/d/3', '/d/4'].map((path, index) => ({
      path,
      field: `file${index}`,
    }));
    const [file0, file1, file2] = ['one', 'two', 'three'];
    const cases: { parts: Files; says: RegExp; written: string[] }[] = [
      {
        parts: { file0: 'one', file1: 'two', other: 'x' },
        says: /file2.*other.*; 1 of 4/,
        written: ['/d/1'],
      },
      { parts: { file0, file1, file2 } as Files, says: /file3.*; 2 of 4/, written: ['/d/1', '/d/3'] },
      { parts: { other: 'x' }, says: /file0.*; no file/, written: [] },
      {
        parts: { file0, file1, file2, file3: 'four', file4: 'five' } as Files,
        says: /file4.*; 3 of 4/,
        written: ['/d/1', '/d/3', '/d/4'],
      },
    ];
    for (const { parts, says, written: expected } of cases) {
      const { contents } = server.host.guestOf(id).files;
      for (const { path } of files) contents.delete(path);
      const answer = await send(formOf({ files }, parts));
      expectError(answer, 'invalid_request', [says]);
      assert.deepEqual(answer.body.error.details.written, expected);
      assert.equal(answer.body.error.details.written_count, expected.length);
      assert.deepEqual(
        files.flatMap(({ path }) => (contents.has(path) ? [path] : [])),
        expected,
      );
    }
  });

  test('that break off leave the file that was on its way', async () => {
    server.host.guestOf(id).files.contents.set('/kept', Buffer.from('old'));
    const manifest = JSON.stringify({ files: [{ path: '/kept', field: 'file0' }] });
    const part = (name: string, body: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\n` +
      `Content-Type: application/octet-stream\r\n\r\n${body}`;
    const { hostname, port } = new URL(server.url);
    const path = `/v1/sandboxes/${id}/files/batch-write`;
    const headers = {
      authorization: `Bearer ${server.key}`,
      'content-type': 'multipart/form-data; boundary=b',
    };
    const call = request({ hostname, port, path, method: 'POST', headers });
    call.on('error', () => undefined);
    call.write(`${part('manifest', manifest)}\r\n${part('file0', 'new')}`);
    await sleep(50);
    call.destroy();
    for (
      let tries = 0;
      tries < 300 && !server.logs.some((line) => line.includes('batchWriteFiles') && line.includes('499'));
      tries++
    ) {
      await sleep(20);
    }
    assert.equal(String(written('/kept')), 'old');
  });
});
