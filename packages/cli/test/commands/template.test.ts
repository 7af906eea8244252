import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { runCli } from '../support/run.ts';
import { startTemplateApi, type TemplateApi } from '../support/template-api.ts';

let api: TemplateApi;
before(async () => {
  api = await startTemplateApi();
});
beforeEach(() => api.seen.splice(0));
after(() => api[Symbol.asyncDispose]());

const run = (line: string) => runCli(line.split(' '));
const json = async (line: string) => JSON.parse((await run(line)).stdout);
const ref = '/v1/templates/refs/acme%2Fx%3At';
const pools = '/v1/template-warm-pools';

test('a template is shown, and found or not', async () => {
  assert.equal((await json('template info acme/x:t')).runtime_defaults.start_cmd, 'serve');
  await run('template get acme/x:t --fields id,name');
  assert.deepEqual(await json('template exists acme/x:t'), { template_ref: 'acme/x:t', exists: true });
  assert.deepEqual(await json('template exists missing'), { template_ref: 'missing', exists: false });
  assert.deepEqual(api.seen.slice(0, 3), [
    ['GET', ref],
    ['GET', `${ref}?fields=id%2Cname`],
    ['GET', ref],
  ]);
  assert.equal((await run('template get missing')).code, 3);
});

test('names, tags and visibility are changed', async () => {
  for (const [line, method, path, body] of [
    ['template delete acme/x:t', 'DELETE', ref],
    ['template rename acme/x:t y', 'POST', `${ref}/rename`, { new_name: 'y' }],
    ['template publish acme/x:t', 'PATCH', `${ref}/visibility`, { visibility: 'public' }],
    ['template visibility set acme/x:t PRIVATE', 'PATCH', `${ref}/visibility`, { visibility: 'private' }],
    ['template reserve acme/x', 'POST', '/v1/templates/claims', { template_ref: 'acme/x' }],
    ['template claim release tclm_1', 'DELETE', '/v1/templates/claims/tclm_1'],
    ['template namespace get acme', 'GET', '/v1/templates/namespaces/acme'],
    ['template alias list acme/x:t', 'GET', `${ref}/aliases`],
    ['template alias remove acme/x:t old', 'DELETE', `${ref}/aliases/old`],
    ['template tag list acme/x:t', 'GET', `${ref}/tags`],
    ['template tag assign acme/x:t a b', 'POST', `${ref}/tags`, { tags: ['a', 'b'] }],
    ['template tag remove acme/x:t a', 'DELETE', `${ref}/tags/a`],
  ] as const) {
    api.seen.splice(0);
    const { code, stdout, stderr } = await run(line);
    assert.deepEqual([code, stderr], [0, ''], line);
    assert.notEqual(stdout, '');
    assert.deepEqual(api.seen, [body === undefined ? [method, path] : [method, path, body]]);
  }
  assert.deepEqual(await json('template tag list x'), [
    { tag: 't', build_id: 'tb_1', created_at: '2026-03-10T12:00:00.000Z' },
  ]);
  assert.equal((await run('template delete busy')).code, 7);
  assert.equal((await run('template visibility set x secret')).code, 2);
});

test('builds are listed, read, ended, repeated and promoted', async () => {
  const page = await json('template builds acme/x:t --status ready --limit 2');
  assert.deepEqual([page.builds[0].build_config.memory_mib, page.next_cursor], [512, 'c2']);
  assert.deepEqual(page.builds[0].cache_summary, { layer_hits: 1 });
  assert.equal((await json('template build-status tb_1 --offset 2')).next_offset, 3);
  assert.equal((await json('template cancel tb_1 --reason enough')).build.status, 'ready');
  assert.equal((await json('template retry tb_1 --tag t --build-secret a=b')).status, 'waiting');
  assert.equal((await json('template promote tb_1 --tag prod')).id, 'tmpl_1');
  assert.deepEqual(
    api.seen.filter(([method]) => method === 'POST').map(([, , body]) => body),
    [
      { reason: 'enough' },
      { tags: ['t'], build_secrets: [{ id: 'a', value: 'b', source: 'value' }] },
      { tag: 'prod' },
    ],
  );
  assert.equal((await run('template promote tb_1')).code, 2);
  assert.equal((await run('template builds x --limit 101')).code, 2);
});

test('a log is printed as lines, or as one array', async () => {
  const text = await run('template logs tb_1 --follow --offset 1');
  assert.equal(text.stdout, '12:00:00 message 0\n12:00:01 message 1\n12:00:02 message 2\n');
  assert.equal(api.seen.at(-1)![1], '/v1/templates/builds/tb_1/logs?offset=1&follow=true');
  const since = await json('template logs tb_1 --json --since 2026-03-10T12:00:01Z');
  assert.deepEqual(
    since.map(({ offset }: { offset: number }) => offset),
    [1, 2],
  );
  assert.equal((await run('template logs tb_1 --since soon')).code, 2);
});

test('pools are made, listed, steered and waited for', async () => {
  const made = await run(
    'template warm-pool create review-api:stable --name review --id twp_1 --min-ready 2 --max-ready 4 --label a=b --version-policy track_tag --track-tag stable',
  );
  assert.equal(made.stdout, 'twp_1\tenabled\tready 2/2\treview-api:stable\n');
  assert.deepEqual(api.seen[0], [
    'POST',
    pools,
    {
      id: 'twp_1',
      template_ref: 'review-api:stable',
      name: 'review',
      min_ready: 2,
      max_ready: 4,
      resources: { vcpus: 2, memory_mb: 512 },
      version_policy: 'track_tag',
      track_tag: 'stable',
      labels: { a: 'b' },
    },
  ]);
  const listed = await json('template warm-pool list --label a=b --state enabled --json');
  assert.deepEqual(
    [listed.items[0].warm_pool, listed.items[0].labels, listed.items[0].enabled_at],
    [{ id: 'twp_1' }, { teamName: 'red' }, null],
  );
  assert.equal(api.seen.at(-1)![1], `${pools}?state=enabled&label=a%3Db`);
  await run('template warm-pool scale twp_1 --max-ready 9');
  assert.deepEqual(api.seen.at(-1), ['PATCH', `${pools}/twp_1`, { max_ready: 9 }]);
  for (const verb of ['enable', 'disable', 'drain', 'reconcile']) {
    assert.equal((await json(`template warm-pool ${verb} twp_1 --json`)).id, 'twp_1');
    assert.deepEqual(api.seen.at(-1), ['POST', `${pools}/twp_1/${verb}`]);
  }
  assert.equal((await json('template warm-pool wait twp_1 --json')).status.ready, 2);
  assert.deepEqual(await json('template warm-pool delete twp_1 --json'), {
    id: 'twp_1',
    warm_pool: { id: 'twp_1' },
    deleted: true,
  });
  assert.equal((await run('template warm-pool wait twp_1 --min-ready 3 --timeout 0')).code, 8);
  assert.equal((await run('template warm-pool get twp_missing')).code, 3);
  assert.equal((await run('template warm-pool scale twp_1')).code, 2);
  assert.equal((await run('template warm-pool create x --name n --min-ready 1')).code, 2);
});

test('a starter project is written once, whole or not at all', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-init-'));
  const before = process.cwd();
  context.after(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
  process.chdir(folder);
  const { created } = await json('template init --json');
  assert.equal(created.length, 5);
  for (const name of created) assert.ok(existsSync(name), name);
  rmSync('template.py');
  assert.equal((await run('template init')).code, 7);
  assert.ok(!existsSync('template.py'));
});
