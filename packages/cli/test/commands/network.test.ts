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

const changes = () => api.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => body);

test('network shows the policy and what was refused, and changes nothing', async () => {
  const { code, stdout } = await runCli(['sandbox', 'network', 'sb_1']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^internet access {2}on\nallow out {8}-\ndeny out {9}-\npublic traffic {3}on\ndenied {11}7\n/,
  );
  assert.match(stdout, /tcp .* 1\.1\.1\.1:443 .* example\.org .* name_not_allowed .* 2 /);
  assert.deepEqual(changes(), []);
});

test('network changes what options say, and that alone', async () => {
  const words = ['sandbox', 'network', 'sb_1', '--allow-out', 'api.example.com, *.test', '--json'];
  const { policy, denied } = JSON.parse((await runCli(words)).stdout);
  assert.deepEqual(policy, {
    internet_access: true,
    allow_out: ['api.example.com', '*.test'],
    deny_out: [],
    allow_public_traffic: true,
  });
  assert.equal(denied.total, 7);
  assert.deepEqual(denied.items[0], {
    protocol: 'tcp',
    address: '1.1.1.1',
    port: 443,
    name: 'example.org',
    reason: 'name_not_allowed',
    count: 2,
    first_seen_at: '2026-03-10T12:00:00.000Z',
    last_seen_at: '2026-03-10T12:00:01.000Z',
  });
  await runCli(['sandbox', 'network', 'sb_1', '--deny-out', '', '--internet-access', 'off']);
  await runCli(['sandbox', 'network', 'sb_1', '--public-traffic', 'off']);
  assert.deepEqual(changes(), [
    { allow_out: ['api.example.com', '*.test'] },
    { internet_access: false, deny_out: [] },
    { allow_public_traffic: false },
  ]);
  assert.equal((await runCli(['sandbox', 'network', 'sb_1', '--allow-out', 'a,,b'])).code, 2);
});
