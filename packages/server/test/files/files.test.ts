import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, afterEach, before, describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { guest } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { guestError } from '../fixtures/guest-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('files', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer({ max_body_bytes: 1_000_000 });
    id = await server.createSandbox();
  });
  after(() => server.close());
  afterEach(() => {
    const { override } = server.host.guestOf(id);
    for (const name of Object.keys(override)) delete override[name as keyof typeof override];
  });
  const call = (name: string, body: object) => server.call('POST', `/v1/sandboxes/${id}/files/${name}`, body);
  const files = () => server.host.guestOf(id).files;

  test('are written, read, described, listed, moved and removed', async () => {
    const written = await call('write', {
      path: 'notes/a.txt',
      content: 'grüße',
      encoding: 'utf8',
      user: null,
    });
    assert.deepEqual(written.body, {
      name: 'a.txt',
      path: '/workspace/notes/a.txt',
      is_dir: false,
      size: 7,
      type: 'file',
      mode: '-rw-r--r--',
      permissions: '0644',
      owner: 'root',
      group: 'root',
      modified_time: '2023-11-14T22:13:20.000Z',
      symlink_target: null,
    });
    assert.deepEqual((await call('read', { path: 'notes/a.txt' })).body, { content: 'grüße' });
    assert.deepEqual((await call('info', { path: 'notes/a.txt' })).body, written.body);
    assert.deepEqual((await call('exists', { path: 'notes/a.txt' })).body, { exists: true });
    assert.deepEqual((await call('exists', { path: 'nothing' })).body, { exists: false });
    assert.equal((await call('mkdir', { path: '/data/x' })).body.is_dir, true);
    const moved = await call('rename', { old_path: 'notes/a.txt', new_path: '/data/x/b.txt' });
    assert.equal(moved.body.path, '/data/x/b.txt');
    const listed = await server.call('GET', `/v1/sandboxes/${id}/files?path=/data&depth=2`);
    assert.deepEqual(
      listed.body.map(({ path, size }: { path: string; size: number }) => [path, size]),
      [
        ['/data/x', 0],
        ['/data/x/b.txt', 7],
      ],
    );
    assert.equal((await call('permissions', { path: '/data/x/b.txt', permissions: '755' })).status, 204);
    assert.equal((await call('info', { path: '/data/x/b.txt' })).body.permissions, '0755');
    assert.equal((await call('remove', { path: '/data' })).status, 204);
    expectError(await call('remove', { path: '/data' }), 'file_not_found', [/\/data/]);
  });

  test('relative paths of a user lie in its home', async () => {
    assert.equal((await call('write', { path: 'm', content: '', user: ' user ' })).body.path, '/home/user/m');
  });

  test('keep every byte as base64 and as a stream', async () => {
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 31) & 255));
    const content = bytes.toString('base64');
    assert.equal((await call('write', { path: '/b', content, encoding: 'base64' })).status, 200);
    assert.deepEqual(files().contents.get('/b'), bytes);
    assert.equal((await call('read', { path: '/b', encoding: 'base64' })).body.content, content);
    const raw = await fetch(`${server.url}/v1/sandboxes/${id}/file?path=/b`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    assert.deepEqual(Buffer.from(await raw.arrayBuffer()), bytes);
    expectError(await call('read', { path: '/b' }), 'invalid_request', [/UTF-8/]);
  });

  test('are streamed up whole, with any content type or none, chunked or not', async () => {
    const put = (headers: Record<string, string>, chunks: string[]) =>
      new Promise<number>((resolve, reject) => {
        const sending = request(`${server.url}/v1/sandboxes/${id}/file?path=/up`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${server.key}`, ...headers },
        });
        sending.on('error', reject);
        sending.on('response', (response) =>
          response.resume().on('end', () => resolve(response.statusCode!)),
        );
        for (const chunk of chunks) sending.write(chunk);
        sending.end();
      });
    assert.equal(await put({}, ['one', 'two']), 204);
    assert.equal(String(files().contents.get('/up')), 'onetwo');
    assert.equal(await put({ 'content-type': 'application/json' }, ['{not json']), 204);
    assert.equal(String(files().contents.get('/up')), '{not json');
    assert.equal(await put({ 'content-length': '0' }, []), 204);
    assert.equal(files().contents.get('/up')?.length, 0);
    assert.equal(
      await put(
        {},
        Array.from({ length: 64 }, () => 'x'.repeat(65_536)),
      ),
      204,
    );
    assert.equal(files().contents.get('/up')?.length, 64 * 65_536);
  });

  test('a broken upload leaves the old file', async () => {
    files().contents.set('/kept', Buffer.from('old'));
    let began = false;
    server.host.guestOf(id).override.writeFile = async (messages) => {
      for await (const message of messages) began ||= message.data.length > 0;
      files().contents.set('/kept', Buffer.from('new'));
      return {};
    };
    const sending = request(`${server.url}/v1/sandboxes/${id}/file?path=/kept`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.key}` },
    });
    sending.on('error', () => undefined);
    sending.write('x'.repeat(300_000));
    await until(() => began);
    sending.destroy();
    await until(() =>
      server.logs.some((line) => line.includes('uploadFile') && line.includes('"status":499')),
    );
    assert.equal(String(files().contents.get('/kept')), 'old');
  });

  test('a large upload that is refused early is answered', async () => {
    server.host.guestOf(id).override.writeFile = async () => {
      throw guestError('permission_denied');
    };
    const sending = request(`${server.url}/v1/sandboxes/${id}/file?path=/refused`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.key}` },
    });
    // Its end never comes.
    for (let chunk = 0; chunk < 64; chunk++) sending.write('x'.repeat(65_536));
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 403);
    assert.equal(((await json(response)) as { error: { code: string } }).error.code, 'permission_denied');
    sending.destroy();
    delete server.host.guestOf(id).override.writeFile;
  });

  const refusals: [string, string, object, Parameters<typeof expectError>[1]][] = [
    ['reading what is not there', 'read', { path: '/no' }, 'file_not_found'],
    ['describing what is not there', 'info', { path: '/no' }, 'file_not_found'],
    ['reading a directory', 'read', { path: '/workspace' }, 'invalid_request'],
    ['writing without the right', 'write', { path: '/denied/x', content: '' }, 'permission_denied'],
    ['writing on a full disk', 'write', { path: '/full/x', content: '' }, 'sandbox_disk_full'],
    ['a directory where a file is', 'mkdir', { path: '/up' }, 'file_conflict'],
    ['moving what is not there', 'rename', { old_path: '/no', new_path: '/x' }, 'file_not_found'],
  ];
  for (const [name, route, body, code] of refusals) {
    test(`${name} is ${code}`, async () => {
      expectError(await call(route, body), code);
    });
  }

  test('a file too large for JSON is refused with the bound and the other way', async () => {
    files().contents.set('/large', Buffer.alloc(1_000_001, 'a'));
    expectError(await call('read', { path: '/large' }), 'invalid_request', [/1000000 bytes/, /GET …\/file/]);
    const content = 'x'.repeat(1_000_001);
    expectError(await call('write', { path: '/l', content }), 'payload_too_large', [/1000000/]);
  });

  test('errors of a download come as JSON with their status', async () => {
    expectError(await server.call('GET', `/v1/sandboxes/${id}/file?path=/no`), 'file_not_found');
    expectError(await server.call('GET', `/v1/sandboxes/${id}/files?path=/up`), 'invalid_request', [
      /directory/,
    ]);
  });

  test("the platform's folder is not listed", async () => {
    files().directories.add('/workspace/.nullspace');
    const { body } = await server.call('GET', `/v1/sandboxes/${id}/files?path=/workspace`);
    assert.equal(
      body.some(({ name }: { name: string }) => name === '.nullspace'),
      false,
    );
  });

  test('a hostile description of a file is tamed', async () => {
    server.host.guestOf(id).override.stat = () =>
      create(guest.StatResponseSchema, {
        info: {
          name: '\u0000',
          path: '/x',
          type: 'blob',
          size: 2n ** 64n - 1n,
          modifiedUnixNs: 2n ** 63n - 1n,
        },
      });
    const { body, status } = await call('info', { path: '/x' });
    assert.equal(status, 200);
    assert.equal(body.type, 'file');
    assert.equal(body.size, Number.MAX_SAFE_INTEGER);
  });

  test('a download whose agent breaks off is cut, not ended as if whole', async () => {
    server.host.guestOf(id).override.readFile = async function* () {
      yield create(guest.ReadFileResponseSchema, { data: new Uint8Array(1000) });
      throw new Error('broken');
    };
    const response = await fetch(`${server.url}/v1/sandboxes/${id}/file?path=/b`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    await assert.rejects(response.arrayBuffer());
  });
});
