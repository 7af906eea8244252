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
    /^internet access {2}on\nallow out {8}-\ndeny out {9}-\npublic traffic {3}on\nupload limit {5}-\ndownload limit {3}-\ndenied {11}7\n/,
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
    bandwidth: { upload_mbps: null, download_mbps: null },
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

test('limits of bandwidth are set, taken away and shown', async () => {
  const words = ['sandbox', 'network', 'sb_1', '--upload-mbps', '10', '--download-mbps', 'none'];
  assert.match((await runCli(words)).stdout, /^upload limit {5}10 Mbit\/s\ndownload limit {3}-$/m);
  assert.deepEqual(changes(), [{ bandwidth: { upload_mbps: 10, download_mbps: null } }]);
  for (const wrong of ['0', '1.5', '-1', 'ten', '100001']) {
    const { code, stderr } = await runCli(['sandbox', 'network', 'sb_1', '--upload-mbps', wrong]);
    assert.equal(code, 2);
    assert.match(stderr, /--upload-mbps .*1 to 100000/);
  }
});
