import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { runCli, useServer } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'nullspace-doctor-'));
let api: FakeApi;
before(async () => {
  api = await startFakeApi();
});
after(async () => {
  await api[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('a client whose server answers is well', async () => {
  useServer(api.url);
  const { code, stdout } = await runCli(['doctor', '--no-local', '--json']);
  assert.equal(code, 0);
  const { ok, probes } = JSON.parse(stdout);
  assert.equal(ok, true);
  assert.deepEqual(
    probes.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`),
    [
      'cli_version pass',
      'api_key pass',
      'api_reachability pass',
      'key_validity pass',
      'account_state warn',
      'sdk_version pass',
      'template pass',
    ],
  );
});

test('the broken item is named and text mode exits with 1, JSON with 0', async () => {
  useServer(api.url, 'bad');
  const text = await runCli(['doctor', '--no-local']);
  assert.equal(text.code, 1);
  assert.match(text.stdout, /Broken: key_validity\./);
  assert.match(text.stderr, /key_validity: the server refuses the API key/);
  const json = await runCli(['doctor', '--no-local', '--json']);
  assert.equal(json.code, 0);
  assert.deepEqual([JSON.parse(json.stdout).ok, JSON.parse(json.stdout).next_steps.length], [false, 1]);
});

test('a missing key and a dead server are findings', async () => {
  useServer('http://127.0.0.1:1', '');
  const { stdout } = await runCli(['doctor', '--no-local']);
  assert.match(stdout, /Broken: api_key, api_reachability\./);
});

test('on the server itself machine and services are examined', async () => {
  useServer(api.url);
  const { stdout } = await runCli([
    'doctor',
    '--local',
    '--json',
    '--data-dir',
    folder,
    '--cache-dir',
    folder,
    '--port',
    '0',
  ]);
  const { ok, probes } = JSON.parse(stdout);
  const names = probes.map(({ name }: { name: string }) => name);
  for (const name of ['distribution', 'kernel', 'cgroups', 'port', 'host_service', 'server_service']) {
    assert.ok(names.includes(name), name);
  }
  assert.equal(ok, false);
  assert.match(stdout, /server does not run/);
});
