import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startRoutesApi } from '../support/routes-api.ts';
import { runCli } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'nullspace-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const small = join(folder, 'small.txt');
writeFileSync(small, 'small');
const tree = join(folder, 'tree');
mkdirSync(tree);
writeFileSync(join(tree, 'a'), 'a');
writeFileSync(join(tree, 'b.log'), 'b');

const session = {
  upload_id: 'up_1',
  kind: 'file',
  target_path: '/workspace/small.txt',
  content_length: 5,
  part_size: 3,
  part_count: 2,
  max_concurrency: 2,
  next_part: 0,
  status: 'created',
};
const upload = (...words: string[]) => runCli(['sandbox', 'upload', 'sb_1', ...words]);

test('upload sends a small file in one request', async () => {
  await using api = await startRoutesApi({ 'POST /files/info': { path: '/workspace/small.txt' } });
  const { code, stdout } = await upload(small);
  assert.deepEqual([code, stdout], [0, 'Uploaded 5 bytes to /workspace/small.txt (direct).\n']);
  assert.ok(api.asked.some(({ route }) => route === 'PUT /file?path=small.txt'));
});

test('upload sends in parts when that is asked for, and prints what it did as JSON', async () => {
  await using api = await startRoutesApi({
    'POST /uploads': { session },
    'PUT /uploads/up_1/parts/0': session,
    'PUT /uploads/up_1/parts/1': session,
    'POST /uploads/up_1/complete': { session, published_bytes: 5, published_file_count: 1 },
  });
  const { stdout } = await upload(small, '/data/', '--checksum', 'sha256', '--json');
  const { source_kind, transport, resumed, result } = JSON.parse(stdout);
  assert.deepEqual([source_kind, transport, resumed], ['file', 'resumable', false]);
  assert.deepEqual([result.bytes_uploaded, result.file_count, result.upload_id], [5, 1, 'up_1']);
  const create = api.asked.find(({ route }) => route === 'POST /uploads')!.body as Record<string, unknown>;
  assert.equal(create.target_path, '/data/small.txt');
});

test('an upload that broke off says how to go on, and goes on', async () => {
  const refused = { error: { message: 'Not now.', code: 'permission_denied', request_id: 'req_1' } };
  let fails = true;
  await using api = await startRoutesApi({
    'POST /uploads': { session },
    'GET /uploads/up_1': { ...session, next_part: 1 },
    'PUT /uploads/up_1/parts/0': session,
    'PUT /uploads/up_1/parts/1': () => (fails ? refused : session),
    'POST /uploads/up_1/complete': { session, published_bytes: 5, published_file_count: 1 },
  });
  const text = await upload(small, '--resumable', 'always');
  assert.equal(text.code, 5);
  assert.match(text.stderr, /Resume with: nullspace sandbox upload sb_1 \S+small\.txt --resume up_1/);
  const json = JSON.parse((await upload(small, '--resumable', 'always', '--json')).stdout);
  assert.deepEqual([json.error.code, json.error.upload_id], ['permission_denied', 'up_1']);
  fails = false;
  api.asked.length = 0;
  const resumed = await upload(small, '--resume', 'up_1');
  assert.match(resumed.stdout, /^Resumed 5 bytes/);
  assert.ok(!api.asked.some(({ route }) => route.endsWith('/parts/0')));
});

test('a dry run asks nothing', async () => {
  await using api = await startRoutesApi({});
  const { stdout } = await upload(tree, '/data/tree', '--exclude', '*.log', '--dry-run', '--json');
  const { dry_run, plan } = JSON.parse(stdout);
  assert.deepEqual(
    [dry_run, plan.source_kind, plan.target_path, plan.file_count],
    [true, 'directory', '/data/tree', 1],
  );
  assert.deepEqual(
    [plan.source_kind_detail, plan.content_length, plan.source_bytes, plan.spooled, plan.conflict],
    ['directory_archive', null, 1, false, 'merge'],
  );
  assert.deepEqual([plan.included_entry_count, plan.excluded_entry_count], [1, 1]);
  assert.deepEqual(JSON.parse((await upload(small, '--dry-run', '--json')).stdout).plan, {
    source_kind: 'file',
    target_path: 'small.txt',
    transport: 'direct',
    source_kind_detail: 'restartable_file',
    content_length: 5,
    source_bytes: 5,
    file_count: 1,
    spooled: false,
    included_entry_count: null,
    excluded_entry_count: null,
    conflict: null,
    manifest: null,
  });
  assert.match(
    (await upload(small, '--dry-run')).stdout,
    /^Dry run: file with 1 files and 5 bytes to small\.txt, direct/,
  );
  assert.equal(api.asked.length, 0);
});

test('upload refuses options that contradict each other before it asks anything', async () => {
  await using api = await startRoutesApi({});
  const lines = [
    ['-'],
    ['-', '/data/'],
    ['-', '/a', '--dry-run'],
    ['-', '--resume', 'up_1'],
    ['-', '/a', '--resumable', 'always', '--spool-to-disk', 'never'],
    [small, '/a', '--resume', 'up_1'],
    [small, '--resume', 'up_1', '--user', 'user'],
    [small, '--resume', 'up_1', '--dry-run'],
    [small, '--conflict', 'replace'],
    [small, '--exclude', 'x'],
    [small, '--checksum', 'sha256', '--resumable', 'never'],
    [tree, '--resumable', 'always'],
    [join(folder, 'missing')],
  ];
  for (const words of lines) assert.equal((await upload(...words)).code, 2, words.join(' '));
  assert.equal(api.asked.length, 0);
});
