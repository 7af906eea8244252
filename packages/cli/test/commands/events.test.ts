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

test('events are listed with every filter', async () => {
  const line =
    'lifecycle events --offset 2 --limit 3 --order asc --operation fork --status failed --from-time a --to-time b --sandbox-id c --snapshot-id d --source-sandbox-id e --target-sandbox-id f';
  const page = await json(line);
  assert.deepEqual([page.offset, page.limit, page.has_more], [2, 3, true]);
  assert.deepEqual([page.events[0].id, page.events[0].occurred_at], ['evt_1', '2026-03-10T12:00:01.000Z']);
  assert.deepEqual(api.seen[0]!.query, {
    offset: '2',
    limit: '3',
    order: 'asc',
    operation: 'fork',
    status: 'failed',
    from: 'a',
    to: 'b',
    sandbox_id: 'c',
    snapshot_id: 'd',
    source_sandbox_id: 'e',
    target_sandbox_id: 'f',
  });
  assert.equal((await run('lifecycle events --operation flight')).code, 2);
});

test('events are followed as JSON lines until enough came', async () => {
  const { stdout, code } = await run('lifecycle watch --max-events 2 --live-only --metadata-json {"a":1}');
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text).id);
  assert.deepEqual([ids, code], [['evt_1', 'evt_2'], 0]);
  assert.deepEqual(api.seen[0]!.body, {
    type: 'subscribe',
    metadata: { a: 1 },
    live_only: true,
    replay_limit: 100,
  });
});

test('events are followed for a time', async () => {
  const { stdout, code } = await run('lifecycle stream --timeout 0.3');
  assert.deepEqual([stdout.trimEnd().split('\n').length, code], [2, 0]);
});

test('webhooks are made, shown, changed and deleted, under both groups', async () => {
  for (const group of ['webhook', 'lifecycle webhooks']) {
    api.seen.splice(0);
    const settings = '--url https://a.test/ --operation create --operation destroy --signing-secret s';
    assert.equal((await json(`${group} create ${settings} --disabled`)).id, 'wh_1');
    assert.deepEqual(api.seen[0]!.body, {
      url: 'https://a.test/',
      operations: ['create', 'destroy'],
      signing_secret: 's',
      enabled: false,
    });
    assert.equal((await json(`${group} list`))[0].has_signing_secret, true);
    assert.equal((await json(`${group} get wh_1`)).url, 'https://example.test/hook');
    await run(`${group} update wh_1 --enabled`);
    assert.deepEqual(api.seen.at(-1)!.body, { enabled: true });
    assert.equal((await run(`${group} delete wh_1`)).stdout, 'Webhook wh_1 deleted.\n');
    assert.equal((await json(`${group} deliveries wh_1 --limit 5`))[0].id, 'whd_1');
    assert.equal((await json(`${group} delivery wh_1 whd_1`)).attempts[0].duration_ms, 7);
    for (const wrong of ['create --url x', 'update wh_1', 'update wh_1 --enabled --disabled'])
      assert.equal((await run(`${group} ${wrong}`)).code, 2, wrong);
  }
});
