import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type ErrorCode, type ImplementedRoute, routes } from '@nullspace/contract';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('bad input is refused whole, with code, field and bound', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer({
      max_vcpus: 4,
      max_memory_mb: 4096,
      max_disk_mb: 9000,
      max_timeout_ms: 3_600_000,
    });
    id = await server.createSandbox();
  });
  after(() => server.close());

  const creates: [string, unknown, RegExp[], ErrorCode?][] = [
    ['a word for a number', { vcpus: 'two' }, [/vcpus/]],
    ['no vCPU', { vcpus: 0 }, [/vcpus/, /1/]],
    ['more vCPUs than the server gives', { vcpus: 5 }, [/vcpus/, /4/]],
    ['memory beyond all', { memory_mb: 1e9 }, [/memory_mb/, /\d{4}/]],
    ['memory beyond the server', { memory_mb: 8192 }, [/memory_mb/, /4096/]],
    ['a disk beyond the server', { disk_mb: 9001 }, [/disk_mb/, /9000/]],
    ['hardly a disk', { disk_mb: 1 }, [/^disk_mb: must be at least 64$/]],
    ['half a vCPU', { vcpus: 0.5 }, [/^vcpus: must be a whole number$/]],
    ['null for a name', { template: null }, [/^template: must be a string; it is null$/]],
    ['no name', { template: '' }, [/^template: must have at least 1 characters$/]],
    ['a variable without a name', { envs: { '': 'x' } }, [/^envs.*names have 1 to 256 characters/]],
    [
      'another action',
      { timeout_action: 'pause' },
      [/^timeout_action: must be one of "destroy", "hibernate"$/],
    ],
    [
      'a folder of a long name',
      { cwd: `/${'x'.repeat(256)}` },
      [/^cwd: must have names of at most 255 bytes$/],
    ],
    ['a life beyond the server', { timeout_ms: 3_600_001 }, [/timeout_ms/, /3600000/]],
    ['an unknown field', { vcpu: 2 }, [/^vcpu: is not known here$/]],
    ['a reserved folder', { cwd: '/workspace/.nullspace/x' }, [/cwd/]],
    ['2 MB of metadata', { metadata: { big: 'x'.repeat(2_000_000) } }, [/metadata/, /65536/]],
    ['a list for a body', [], [/body/]],
    ['a word for a body', '"x"', [/body/]],
    ['no body', '', [/body/]],
    ['what is not JSON', '{"vcpus": ', [/JSON/]],
    ['a poisoned prototype', '{"metadata": {"__proto__": {"a": 1}}}', [/__proto__/]],
    [
      'contradicting actions',
      { timeout_action: 'destroy', lifecycle: { on_timeout: 'pause' } },
      [/on_timeout/],
    ],
    ['an unknown template', { template: 'nope' }, [/nope/], 'template_not_found'],
    ['a template of others', { template: 'acme/base' }, [/acme/], 'template_not_found'],
    ['an unknown snapshot', { snapshot_id: 'snap_1' }, [/snap_1/], 'snapshot_not_found'],
    ['memory beside a snapshot', { snapshot_id: 'snap_1', memory_mb: 512 }, [/memory_mb/, /snapshot_id/]],
    ['an unknown warm pool', { warm_pool: { id: 'twp_1' } }, [/twp_1/], 'warm_pool_not_found'],
    ['a warm pool without an id', { warm_pool: { mode: 'require' } }, [/warm_pool\.id/]],
    ['an endless wait', { warm_pool: { id: 'twp_1', wait_ms: 300_001 } }, [/wait_ms/, /300000/]],
    ['a tag that is not there', { template: 'base:v9' }, [/v9/], 'template_not_found'],
  ];
  for (const [name, body, mentions, code = 'invalid_request' as const] of creates) {
    test(`create with ${name}`, async () => {
      expectError(await server.call('POST', '/v1/sandboxes', body), code, mentions);
    });
  }

  const features: [string, object][] = [
    ['volumes', { volumes: [{ ref: 'v', mount_path: '/data' }] }],
    ['desktops', { desktop: { dpi: 96 } }],
  ];
  for (const [name, body] of features) {
    test(`create with ${name} says that it is not there yet`, async () => {
      const answer = await server.call('POST', '/v1/sandboxes', body);
      expectError(answer, 'not_implemented', [new RegExp(name)]);
      assert.match(answer.body.error.details.feature, new RegExp(name));
    });
  }

  const paths: [string, string, string, unknown, ErrorCode, RegExp[]][] = [
    ['an unknown id', 'GET', '/v1/sandboxes/sb_nope', undefined, 'sandbox_not_found', [/sb_nope/]],
    ['an id of another shape', 'GET', '/v1/sandboxes/..%2f..%2fetc', undefined, 'sandbox_not_found', []],
    ['an id with NUL', 'GET', '/v1/sandboxes/sb_%00', undefined, 'sandbox_not_found', []],
    ['a very long id', 'GET', `/v1/sandboxes/${'x'.repeat(900)}`, undefined, 'sandbox_not_found', []],
    ['a bad cursor', 'GET', '/v1/sandboxes?next_token=%00', undefined, 'invalid_request', [/next_token/]],
    ['a limit of none', 'GET', '/v1/sandboxes?limit=0', undefined, 'invalid_request', [/limit/, /1/]],
    [
      'a limit beyond all',
      'GET',
      '/v1/sandboxes?limit=1001',
      undefined,
      'invalid_request',
      [/limit/, /1000/],
    ],
    ['a limit given twice', 'GET', '/v1/sandboxes?limit=1&limit=2', undefined, 'invalid_request', [/limit/]],
    ['an unknown parameter', 'GET', '/v1/sandboxes?colour=red', undefined, 'invalid_request', [/colour/]],
    ['an unknown field', 'GET', '/v1/sandboxes?fields=id,colour', undefined, 'invalid_fields', [/colour/]],
    ['an empty field', 'GET', '/v1/sandboxes?fields=', undefined, 'invalid_fields', []],
    ['an unknown state', 'GET', '/v1/sandboxes?state=sleepy', undefined, 'invalid_request', [/state/]],
    [
      'a filter that is no JSON',
      'GET',
      '/v1/sandboxes?metadata=x',
      undefined,
      'invalid_request',
      [/metadata/],
    ],
    [
      'a filter that is a list',
      'GET',
      '/v1/sandboxes?metadata=[]',
      undefined,
      'invalid_request',
      [/metadata/],
    ],
    ['an unknown snapshot', 'GET', '/v1/snapshots/snap_nope', undefined, 'snapshot_not_found', [/snap_nope/]],
    ['a snapshot id with NUL', 'GET', '/v1/snapshots/snap_%00', undefined, 'snapshot_not_found', []],
    ['an unknown snapshot', 'DELETE', '/v1/snapshots/snap_nope', undefined, 'snapshot_not_found', []],
    ['an unknown snapshot', 'POST', '/v1/sandboxes/snap_nope/resume', undefined, 'snapshot_not_found', []],
    ['an unknown id', 'POST', '/v1/sandboxes/sb_nope/hibernate', undefined, 'sandbox_not_found', []],
    ['a very long id', 'POST', `/v1/sandboxes/${'x'.repeat(900)}/fork`, undefined, 'sandbox_not_found', []],
    ['a limit of none', 'GET', '/v1/snapshots?limit=0', undefined, 'invalid_request', [/limit/, /1/]],
    ['a bad cursor', 'GET', '/v1/snapshots?next_token=x', undefined, 'invalid_request', [/next_token/]],
    [
      'a filter that is a list',
      'GET',
      '/v1/snapshots?metadata=[]',
      undefined,
      'invalid_request',
      [/metadata/],
    ],
    ['an unknown field', 'GET', '/v1/snapshots?fields=colour', undefined, 'invalid_fields', [/colour/]],
    ['bad percent signs', 'GET', '/v1/sandboxes/%zz', undefined, 'invalid_request', []],
    ['an unknown path', 'GET', '/v1/nothing', undefined, 'not_found', [/nothing/]],
    ['a trailing slash', 'GET', '/v1/sandboxes/', undefined, 'not_found', []],
    ['another method', 'PUT', '/v1/sandboxes', {}, 'method_not_allowed', [/GET/, /POST/]],
    [
      'a template that is not there',
      'GET',
      '/v1/templates/refs/acme%2Fpy%3Astable',
      undefined,
      'template_not_found',
      [/acme\/py:stable/],
    ],
  ];
  for (const [name, method, path, body, code, mentions] of paths) {
    test(`${method} with ${name}`, async () => {
      expectError(await server.call(method, path, body), code, mentions);
    });
  }

  const inSandbox: [string, string, unknown, RegExp[]][] = [
    ['exec', 'no command', {}, [/command/]],
    ['exec', 'an empty command', { command: '' }, [/command/]],
    ['exec', 'NUL in an argument', { command: 'a', args: ['\0'] }, [/args/, /NUL/]],
    ['exec', 'shell with args', { command: 'a', args: ['b'], shell: true }, [/args/]],
    ['exec', 'no timeout', { command: 'a', timeout_secs: 0 }, [/timeout_secs/, /1/]],
    ['exec', 'a reserved folder', { command: 'a', cwd: '/workspace/.nullspace' }, [/cwd/]],
    ['timeout', 'no time', { timeout_ms: 0 }, [/timeout_ms/]],
    ['timeout', 'too much time', { timeout_ms: 3_600_001 }, [/timeout_ms/, /3600000/]],
    ['fork', 'no child', { count: 0 }, [/count/, /1/]],
    ['fork', 'too many children', { count: 101 }, [/count/, /100/]],
    ['fork', 'an unknown field', { copies: 2 }, [/copies/]],
    ['snapshots', 'an unknown kind', { kind: 'disk' }, [/kind/]],
    ['snapshots', 'a reserved label', { metadata: { volume_attachments: 1 } }, [/metadata/]],
    ['processes/1/stdin', 'no data', {}, [/data/]],
    ['processes/x/kill', 'a pid that is no number', undefined, [/pid/]],
    ['processes/99999999999/kill', 'a pid beyond all', undefined, [/pid/]],
    ['files/read', 'no path', {}, [/path/]],
    ['files/read', 'NUL in the path', { path: 'a\0b' }, [/path/, /NUL/]],
    ['files/read', 'an unknown encoding', { path: 'a', encoding: 'latin1' }, [/encoding/]],
    ['files/read', 'an impossible user', { path: 'a', user: 'a b' }, [/user/]],
    ['files/read', 'a very long path', { path: 'x'.repeat(5000) }, [/path/, /4096/]],
    ['files/write', 'bad base64', { path: 'a', content: '!', encoding: 'base64' }, [/content/]],
    ['files/permissions', 'permissions in decimal', { path: 'a', permissions: '999' }, [/permissions/]],
  ];
  for (const [path, name, body, mentions] of inSandbox) {
    test(`${path} with ${name}`, async () => {
      expectError(
        await server.call('POST', `/v1/sandboxes/${id}/${path}`, body),
        'invalid_request',
        mentions,
      );
    });
  }

  test('a body over the limit is refused with its bound, before it is read', async () => {
    const big = JSON.stringify({ metadata: { a: 'x'.repeat(5_000_000) } });
    expectError(await server.call('POST', '/v1/sandboxes', big), 'payload_too_large', [/4194304/]);
  });

  test('another content type is refused', async () => {
    const answer = await server.call('POST', '/v1/sandboxes', '<a/>', {
      headers: { 'content-type': 'text/xml' },
    });
    expectError(answer, 'unsupported_media_type', [/text\/xml/]);
  });

  test('what is not plain UTF-8 is refused, not guessed at', async () => {
    const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
      server.call('POST', '/v1/sandboxes', body as string, { headers });
    const latin = { 'content-type': 'application/json; charset=iso-8859-1' };
    expectError(await send('{"template":"nope"}', latin), 'unsupported_media_type', [/iso-8859-1/]);
    expectError(await send('{}', { 'content-encoding': 'gzip' }), 'unsupported_media_type', [/gzip/]);
    expectError(await send('{"metadata":{"a":"\u{10ffff}"},"template":"nope"}'), 'template_not_found');
    const response = await fetch(`${server.url}/v1/sandboxes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /not valid UTF-8/);
  });

  const plain = (Object.values(routes) as ImplementedRoute[]).filter(
    ({ body, rawBody, multipartBody, channel, authenticated }) =>
      authenticated !== false && !body && !rawBody && !multipartBody && channel === undefined,
  );
  for (const { method, path, id: operation } of plain) {
    test(`${operation} refuses what it does not know`, async () => {
      const url = path
        .replace('{sandbox_id}', id)
        .replace('{port}', '80')
        .replace(/\{\w+\}/g, '1');
      const asked = await server.call(method, `${url}?colour=red`);
      expectError(asked, 'invalid_request');
      assert.match(asked.text, /colour/);
      if (method === 'GET' || method === 'DELETE') return;
      expectError(await server.call(method, url, { colour: 'red' }), 'invalid_request', [/colour/]);
    });
  }

  test('nothing was made for any of them', async () => {
    assert.deepEqual([...server.host.instances.keys()], [id]);
    assert.equal(await server.store.countLive(), 1);
  });

  test('what is not HTTP does not harm', async () => {
    await new Promise<void>((resolve) => {
      const call = request(`${server.url}/v1/sandboxes`, {
        method: 'POST',
        headers: { 'content-length': 'x' },
      });
      call.on('error', () => resolve());
      call.on('response', (response) => response.resume().on('end', resolve));
      call.end();
    });
    assert.equal((await server.call('GET', '/healthz')).status, 200);
  });
});
