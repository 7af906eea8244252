import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('what operators see', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox({
      envs: { PASSWORD: 'env-secret-1' },
      metadata: { note: 'meta-secret-2' },
    });
  });
  after(() => server.close());

  test('creates, failures by code, live sandboxes and the phases of a create are counted', async () => {
    await server.call('POST', '/v1/sandboxes', { template: 'nope' });
    await server.call('GET', '/v1/sandboxes/sb_nope');
    const text = await (await fetch(server.metricsUrl)).text();
    assert.match(text, /nullspace_sandbox_creates_total\{outcome="running"\} 1/);
    assert.match(text, /nullspace_sandbox_creates_total\{outcome="failed"\} 1/);
    assert.match(text, /nullspace_failures_total\{code="template_not_found"\} 1/);
    assert.match(text, /nullspace_failures_total\{code="sandbox_not_found"\} 1/);
    assert.match(text, /nullspace_sandboxes_running 1/);
    assert.match(text, /nullspace_host_connected 1/);
    for (const [phase, seconds] of [
      ['queue', 0.001],
      ['slot', 0.002],
      ['engine', 0.09],
      ['agent', 0.04],
      ['configure', 0.003],
    ]) {
      assert.match(text, new RegExp(`phase_seconds_sum\\{phase="${phase}"\\} ${seconds}`));
    }
    assert.match(text, /nullspace_http_request_seconds_count\{operation="createSandbox",status="201"\} 1/);
  });

  test('metrics are served on the loopback address only, and nothing else is', async () => {
    assert.match(server.metricsUrl, /^http:\/\/127\.0\.0\.1:/);
    assert.equal((await fetch(server.metricsUrl.replace('/metrics', '/'))).status, 404);
    assert.equal((await server.call('GET', '/metrics')).status, 404);
  });

  test('log lines carry request and sandbox ids, and never a secret', async () => {
    const secrets = [
      'env-secret-1',
      'meta-secret-2',
      'arg-secret-3',
      'stdin-secret-4',
      'file-secret-5',
      server.key,
    ];
    await server.call('POST', `/v1/sandboxes/${id}/exec`, {
      command: 'echo',
      args: ['arg-secret-3'],
      envs: { A: 'arg-secret-3' },
    });
    await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'arg-secret-3', timeout_secs: 'x' });
    const { body } = await server.call('POST', `/v1/sandboxes/${id}/exec`, {
      command: 'cat',
      background: true,
    });
    await server.call('POST', `/v1/sandboxes/${id}/processes/${body.pid}/stdin`, { data: 'stdin-secret-4' });
    await server.call('POST', `/v1/sandboxes/${id}/files/write`, { path: 'x', content: 'file-secret-5' });
    await server.call('GET', `/v1/sandboxes?metadata=${encodeURIComponent('{"note":"meta-secret-2"}')}`);
    await server.call('POST', '/v1/sandboxes', '{"envs": {"A": "env-secret-1"');
    const answer = await server.call('GET', `/v1/sandboxes/${id}`);
    const requestId = answer.headers.get('x-request-id')!;
    await until(() => server.logs.some((line) => line.includes(requestId)));
    const line = JSON.parse(server.logs.find((entry) => entry.includes(requestId))!);
    assert.equal(line.sandbox_id, id);
    assert.equal(line.operation, 'getSandbox');
    assert.equal(line.request_id, requestId);
    const all = server.logs.join('');
    for (const secret of secrets) assert.equal(all.includes(secret), false, `${secret} was logged`);
    for (const guest of server.host.instances.values())
      assert.equal(all.includes(`"${guest.agentToken}"`), false);
  });
});
