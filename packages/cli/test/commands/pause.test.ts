import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli, useServer } from '../support/run.ts';

let api: FakeApi;
before(async () => {
  api = await startFakeApi();
  useServer(api.url);
});
beforeEach(() => api.seen.splice(0));
after(() => api[Symbol.asyncDispose]());

const run = (line: string) => runCli(line.split(' '));
const json = async (line: string) => JSON.parse((await run(line)).stdout);
const lines = () => api.seen.map(({ method, path }) => `${method} ${path}`);
const sent = (path: string) => api.seen.find((request) => request.path === path)?.body;

test('pause and hibernate print the snapshot', async () => {
  for (const word of ['pause', 'hibernate']) {
    assert.deepEqual(await json(`sandbox ${word} sb_1`), {
      id: 'snap_1',
      sandbox_id: 'sb_1',
      size_bytes: 9_000_000,
      created_at: '2026-03-10T12:01:00.000Z',
      metadata: {},
    });
  }
  assert.equal(lines().filter((line) => line === 'POST /v1/sandboxes/sb_1/hibernate').length, 2);
  assert.equal((await run('sandbox pause sb_paused')).code, 7);
});

test('resume and connect print the sandbox, and move its deadline only when asked', async () => {
  assert.equal((await json('sandbox resume snap_1')).id, 'sb_2');
  assert.equal((await json('sandbox connect sb_1')).id, 'sb_1');
  assert.equal(sent('/v1/sandboxes/sb_2/timeout'), undefined);
  await run('sandbox resume snap_1 --timeout 60');
  assert.deepEqual(sent('/v1/sandboxes/sb_2/timeout'), { timeout_ms: 60_000 });
  await run('sandbox connect sb_1 --timeout 70');
  assert.deepEqual(sent('/v1/sandboxes/sb_1/timeout'), { timeout_ms: 70_000 });
  assert.equal((await run('sandbox resume snap_missing')).code, 3);
});

test('fork prints the child, or with a count each child and the code of the first failure', async () => {
  assert.equal((await json('sandbox fork sb_1 --idempotency-key k')).id, 'sb_3');
  const many = await run('sandbox fork sb_1 --count 2');
  const { items } = JSON.parse(many.stdout);
  assert.deepEqual([items[0].sandbox.id, items[1].error.code, many.code], ['sb_3', 'capacity_exceeded', 6]);
  assert.equal((await run('sandbox fork sb_1 --count 101')).code, 2);
});

test('timeout set takes the action and resumes nothing', async () => {
  await run('sandbox timeout set sb_1 --seconds 9 --action hibernate');
  assert.deepEqual(sent('/v1/sandboxes/sb_1/timeout'), { timeout_ms: 9000, timeout_action: 'hibernate' });
  assert.ok(!lines().some((line) => line.includes('resume')));
});

test('create from a snapshot sends only what that leaves open', async () => {
  await run('sandbox create --snapshot-id snap_1 --timeout 60 --on-timeout pause --metadata a=b');
  assert.deepEqual(sent('/v1/sandboxes'), {
    snapshot_id: 'snap_1',
    timeout_ms: 60_000,
    metadata: { a: 'b' },
    network: null,
    timeout_action: 'hibernate',
  });
  const refused = await run('sandbox create --snapshot-id snap_1 --memory 512 --env-json {}');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--memory, --env-json: not with --snapshot-id/);
});

test('snapshots are taken, listed, shown and deleted, under both groups', async () => {
  for (const group of ['snapshot', 'sandbox snapshot']) {
    api.seen.splice(0);
    assert.equal((await json(`${group} create sb_1 --kind filesystem --metadata a=b`)).id, 'snap_1');
    assert.deepEqual(sent('/v1/sandboxes/sb_1/snapshots'), { kind: 'filesystem', metadata: { a: 'b' } });
  }
  const listed = await json('snapshot list --sandbox-id sb_1 --metadata a=b');
  assert.deepEqual(
    listed.map(({ id, kind }: { id: string; kind: string }) => [id, kind]),
    [
      ['snap_1', 'memory'],
      ['snap_2', 'memory'],
    ],
  );
  const { query } = api.seen.find(({ path }) => path === '/v1/snapshots')!;
  assert.deepEqual([query.sandbox_id, query.metadata], ['sb_1', '{"a":"b"}']);
  assert.equal((await json('sandbox snapshot list sb_1')).length, 2);
  assert.equal((await json('snapshot get snap_1')).status, 'ready');
  assert.equal((await run('snapshot delete snap_1')).stdout, 'Snapshot snap_1 deleted.\n');
  assert.deepEqual(await json('snapshot delete snap_1 --json'), { id: 'snap_1', deleted: true });
  assert.equal((await run('snapshot delete snap_used')).code, 7);
  assert.equal((await run('snapshot get snap_missing')).code, 3);
});

test('the environment bounds how long the server may be silent', async (context) => {
  context.after(() => {
    delete process.env.NULLSPACE_REQUEST_TIMEOUT_SECONDS;
  });
  process.env.NULLSPACE_REQUEST_TIMEOUT_SECONDS = 'soon';
  assert.equal((await run('sandbox pause sb_1')).code, 0);
  process.env.NULLSPACE_REQUEST_TIMEOUT_SECONDS = '0.2';
  const { code, stderr } = await run('sandbox pause sb_silent');
  assert.equal(code, 8);
  assert.match(stderr, /200 ms/);
});
