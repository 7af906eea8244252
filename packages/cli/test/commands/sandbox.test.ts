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

const sent = (path: string) =>
  api.seen.find((request) => request.path === path)?.body as Record<string, unknown>;

test('create sends what was asked and prints the sandbox without its traffic token', async () => {
  const { code, stdout } = await runCli(
    'sandbox create --vcpus 4 --memory 1024 --disk 9000 --timeout 60 --env A=1=2 --env-json {"A":"0","B":"x"} --metadata p=q --on-timeout pause --no-internet-access --network-json {"mask_request_host":"h"}'.split(
      ' ',
    ),
  );
  assert.equal(code, 0);
  const body = sent('/v1/sandboxes');
  assert.deepEqual(
    [body.vcpus, body.memory_mb, body.disk_mb, body.timeout_ms, body.envs, body.metadata],
    [4, 1024, 9000, 60_000, { A: '1=2', B: 'x' }, { p: 'q' }],
  );
  assert.deepEqual([body.timeout_action, body.internet_access], ['hibernate', false]);
  assert.deepEqual(body.network, { mask_request_host: 'h' });
  const printed = JSON.parse(stdout);
  assert.deepEqual([printed.id, printed.config.memory_mb], ['sb_new', 512]);
  assert.doesNotMatch(stdout, /nst_secret/);
});

test('create takes --json as a no-op', async () => {
  const { code, stdout } = await runCli(['sandbox', 'create', '--json']);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).status, 'running');
});

test('list goes through all pages; text is a table that no id can steer', async () => {
  const { stdout } = await runCli([
    'sandbox',
    'list',
    '--state',
    'RUNNING',
    '--metadata',
    'project=docs',
    '--limit',
    '1',
  ]);
  assert.match(stdout, /│ sb_1\\u001b\[31m +│ running/);
  assert.match(stdout, /│ sb_2/);
  assert.deepEqual(api.seen[0]?.query, { state: 'running', metadata: '{"project":"docs"}', limit: '1' });
  assert.equal(api.seen[1]?.query.next_token, 'more');
});

test('list prints JSON, fields, and a sentence when there are none', async () => {
  const json = JSON.parse((await runCli(['sandbox', 'list', '--json'])).stdout);
  assert.deepEqual(
    json.map(({ id }: { id: string }) => id),
    ['sb_1\u001b[31m', 'sb_2'],
  );
  const fields = await runCli(['sandbox', 'list', '--fields', 'status,metadata,status,snapshot_id']);
  assert.equal(fields.stdout.split('\n')[0], 'running\t{"project":"docs"}\t');
  assert.equal((await runCli(['sandbox', 'list', '--metadata', 'a=nobody'])).stdout, 'No sandboxes found.\n');
  assert.equal((await runCli(['sandbox', 'list', '--metadata', 'a=nobody', '--json'])).stdout, '[]\n');
});

test('get, also as info, prints JSON; fields project and unknown ones are refused', async () => {
  assert.equal(JSON.parse((await runCli(['sandbox', 'info', 'sb_1'])).stdout).cwd, '/workspace');
  const projected = await runCli(['sandbox', 'get', 'sb_1', '--fields', 'status,timeout_at']);
  assert.deepEqual(JSON.parse(projected.stdout), {
    status: 'running',
    timeout_at: '2026-03-10T12:05:00.000Z',
  });
  const refused = await runCli(['sandbox', 'get', 'sb_1', '--fields', 'colour']);
  assert.deepEqual([refused.code, /colour/.test(refused.stderr)], [2, true]);
});

test('exec passes words on, prints both streams and exits with the code of the command', async () => {
  const ran = await runCli([
    'sandbox',
    'exec',
    '--cwd',
    '/tmp',
    'sb_1',
    'python3',
    '-c',
    'print(1)',
    '--timeout',
    '7',
    '--env',
    'A=b',
  ]);
  assert.deepEqual([ran.code, ran.stdout, ran.stderr], [5, 'python3 -c print(1)\n', 'oh\n']);
  const { command, args, cwd, envs, timeout_secs } = sent('/v1/sandboxes/sb_1/exec');
  assert.deepEqual(
    [command, args, cwd, envs, timeout_secs],
    ['python3', ['-c', 'print(1)'], '/tmp', { A: 'b' }, 7],
  );
});

test('after a separator everything belongs to the command', async () => {
  const ran = await runCli(['sandbox', 'exec', 'sb_1', '--', 'ls', '--json', '--timeout', 'x']);
  assert.equal(ran.stdout, 'ls --json --timeout x\n');
});

test('exec prints JSON, runs in the background, takes a script', async () => {
  const json = await runCli(['sandbox', 'exec', 'sb_1', 'true', '--json']);
  assert.deepEqual(
    [json.code, JSON.parse(json.stdout)],
    [5, { exit_code: 5, stdout: 'true\n', stderr: 'oh\n', pid: 76 }],
  );
  const background = await runCli(['sandbox', 'exec', 'sb_1', '--background', '--json', 'sleep', '9']);
  assert.deepEqual([background.code, JSON.parse(background.stdout)], [0, { pid: 77 }]);
  api.seen.splice(0);
  await runCli(['sandbox', 'exec', 'sb_1', '--shell', 'echo $HOME']);
  assert.equal(sent('/v1/sandboxes/sb_1/exec').shell, true);
  assert.equal((await runCli(['sandbox', 'exec', 'sb_1', '--shell', 'echo', 'b'])).code, 2);
  assert.equal((await runCli(['sandbox', 'exec', 'sb_1'])).code, 2);
});

test('metrics, kill and timeout set', async () => {
  assert.match(
    (await runCli(['sandbox', 'metrics', 'sb_1'])).stdout,
    /cpu 12\.5 % of 200 % {2}memory 10 of 512 MiB/,
  );
  assert.equal(JSON.parse((await runCli(['sandbox', 'metrics', 'sb_1', '--json'])).stdout)[0].cpu_count, 2);
  assert.equal((await runCli(['sandbox', 'kill', 'sb_1'])).stdout, 'Sandbox sb_1 destroyed.\n');
  const killed = await runCli(['sandbox', 'kill', 'sb_1', '--json']);
  assert.deepEqual(JSON.parse(killed.stdout), { id: 'sb_1', status: 'destroyed' });
  const moved = await runCli(['sandbox', 'timeout', 'set', 'sb_1', '--seconds', '90']);
  assert.equal(JSON.parse(moved.stdout).id, 'sb_1');
  assert.equal(sent('/v1/sandboxes/sb_1/timeout').timeout_ms, 90_000);
  assert.equal((await runCli(['sandbox', 'timeout', 'set', 'sb_1'])).code, 2);
});

test('templates', async () => {
  assert.match((await runCli(['template', 'list'])).stdout, /│ tmpl_1/);
  assert.equal(
    (await runCli(['template', 'list', '--json'])).stdout.includes('"canonical_ref": "base"'),
    true,
  );
  assert.equal(JSON.parse((await runCli(['template', 'get', 'base'])).stdout).id, 'tmpl_1');
  assert.equal((await runCli(['template', 'get', 'nothing'])).code, 3);
});

test('the code of an error decides the exit code', async () => {
  const expected = { sb_missing: 3, sb_busy: 7, sb_closed: 5, sb_full: 6, sb_slow: 8, sb_broken: 1 };
  for (const [id, code] of Object.entries(expected)) {
    assert.equal((await runCli(['sandbox', 'get', id])).code, code, id);
  }
  useServer(api.url, 'bad');
  assert.equal((await runCli(['sandbox', 'list'])).code, 4);
  useServer(api.url, '');
  assert.equal((await runCli(['sandbox', 'list'])).code, 4);
  useServer(api.url);
});

test('an error is text on stderr, or with --json an envelope on stdout', async () => {
  const text = await runCli(['sandbox', 'kill', 'sb_missing']);
  assert.equal(text.stdout, '');
  assert.match(text.stderr, /^Error: It is sandbox_not_found\.\nSuggested action: .*\nRequest ID: req_1\n$/);
  const json = await runCli(['sandbox', 'kill', 'sb_missing', '--json']);
  assert.equal(json.stderr, '');
  const { error } = JSON.parse(json.stdout);
  assert.deepEqual([error.code, error.request_id, error.retryable], ['sandbox_not_found', 'req_1', false]);
  assert.match(error.doc_url, /#sandbox-not-found$/);
  assert.match(error.hint, /sandbox list/);
});
