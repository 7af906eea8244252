import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSandboxRequest, limits } from '../../src/index.ts';

/** First issue as "path: message", or undefined when the body is accepted. */
function issue(body: unknown): string | undefined {
  const result = createSandboxRequest.safeParse(body);
  if (result.success) return undefined;
  return `${result.error.issues[0]!.path.join('.')}: ${result.error.issues[0]!.message}`;
}

test('an empty body takes every default', () => {
  const body = createSandboxRequest.parse({});
  assert.deepEqual(body, {
    template: 'base',
    timeout_ms: 300_000,
    envs: {},
    metadata: {},
    auto_resume: false,
  });
});

test('what published clients send is accepted', () => {
  assert.equal(
    issue({
      template: 'base',
      vcpus: 2,
      memory_mb: 512,
      timeout_ms: 300000,
      envs: { APP_ENV: 'dev' },
      metadata: { project: 'docs' },
      network: { mask_request_host: `localhost:$\{PORT}` },
      internet_access: true,
      cwd: '/workspace',
      desktop: null,
      volumes: null,
      auto_resume: false,
      disk_mb: 8192,
      timeout_action: 'destroy',
      lifecycle: { on_timeout: 'destroy' },
    }),
    undefined,
  );
});

test('ports of host masks', () => {
  for (const mask_request_host of ['app.local', 'app.local:1', 'app.local:65535', `app.local:$\{PORT}`])
    assert.equal(issue({ network: { mask_request_host } }), undefined, mask_request_host);
});

test('what published clients send with a snapshot is accepted', () => {
  assert.equal(
    issue({
      snapshot_id: 'snap_1',
      timeout_ms: 60_000,
      metadata: {},
      network: null,
      volumes: null,
      auto_resume: false,
      timeout_action: 'hibernate',
      lifecycle: { on_timeout: 'pause' },
    }),
    undefined,
  );
});

const deep = Array.from({ length: limits.metadata_depth + 1 }).reduce((inner) => ({ a: inner }), 1);
const manyKeys = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, 1]));

for (const [name, body, expected] of [
  ['unknown field', { colour: 'red' }, /colour/],
  ['vcpus 0', { vcpus: 0 }, /^vcpus: .*1/],
  ['vcpus as text', { vcpus: '2' }, /^vcpus: /],
  ['fractional memory', { memory_mb: 512.5 }, /^memory_mb: /],
  ['too little memory', { memory_mb: 1 }, /^memory_mb: .*64/],
  ['memory beyond all', { memory_mb: 1e9 }, /^memory_mb: .*16777216/],
  ['timeout 0', { timeout_ms: 0 }, /^timeout_ms: .*1/],
  ['relative cwd', { cwd: 'work' }, /^cwd: must be absolute/],
  ['cwd with ..', { cwd: '/a/../b' }, /^cwd: .*"\.\."/],
  ['cwd with NUL', { cwd: '/a\0b' }, /^cwd: .*NUL/],
  ['reserved cwd', { cwd: '/workspace/.nullspace' }, /^cwd: .*\.nullspace/],
  ['reserved cwd, spelt otherwise', { cwd: '//workspace/./.nullspace/x' }, /^cwd: .*\.nullspace/],
  ['2 MB of metadata', { metadata: { a: 'x'.repeat(2_000_000) } }, /^metadata: .*65536 bytes/],
  ['too many metadata keys', { metadata: manyKeys }, /^metadata: .*256 keys/],
  ['deep metadata', { metadata: deep }, /^metadata: .*16 levels/],
  ['reserved metadata key', { metadata: { volume_attachments: [] } }, /^metadata: .*volume_attachments/],
  ['metadata as a list', { metadata: [] }, /^metadata: /],
  ['env value as number', { envs: { A: 1 } }, /^envs\.A: /],
  ['env name with =', { envs: { 'A=B': '1' } }, /^envs/],
  ['env value with NUL', { envs: { A: '\0' } }, /^envs\.A: .*NUL/],
  ['huge env value', { envs: { A: 'x'.repeat(200_000) } }, /^envs\.A: .*131072/],
  ['unknown network key', { network: { proxy: 1 } }, /^network: .*proxy/],
  ['bad host mask', { network: { mask_request_host: 'a b' } }, /^network\.mask_request_host: /],
  ...['0', '080', '65536', '99999'].map(
    (port) =>
      [
        `port ${port} of a host mask`,
        { network: { mask_request_host: `app.local:${port}` } },
        /^network\.mask_request_host: .*65535/,
      ] as const,
  ),
  ['unknown action', { timeout_action: 'stop' }, /^timeout_action: /],
  ['unknown lifecycle', { lifecycle: { on_timeout: 'stop' } }, /^lifecycle\.on_timeout: /],
  ['memory beside a snapshot', { snapshot_id: 'snap_1', memory_mb: 512 }, /^memory_mb: .*snapshot_id/],
  ['a template beside a snapshot', { snapshot_id: 'snap_1', template: 'base' }, /^template: .*snapshot_id/],
  ['empty template', { template: '' }, /^template: /],
] as const) {
  test(`refused with field and bound: ${name}`, () => {
    assert.match(issue(body) ?? 'accepted', expected);
  });
}
