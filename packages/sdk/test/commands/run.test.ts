import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { ExecResult } from '@nullspace/contract';
import { CommandHandle, NotFoundError, Sandbox, TimeoutError } from '../../src/index.ts';
import {
  type ApiServer,
  always,
  failure,
  inTurn,
  json,
  type Respond,
  startApiServer,
} from '../support/api-server.ts';
import { execRecord, sandboxRecord } from '../support/records.ts';
import { until } from '../support/until.ts';

async function connect(
  context: TestContext,
  respond: Respond,
): Promise<{ api: ApiServer; sandbox: Sandbox }> {
  const api = await startApiServer(context, inTurn(always(200, sandboxRecord()), respond));
  const sandbox = await Sandbox.connect('sb_1', api.connection);
  api.received.length = 0;
  return { api, sandbox };
}

describe('commands.run with one request', () => {
  test('sends what is set and nothing that is empty', async (context) => {
    const { api, sandbox } = await connect(context, always(200, execRecord()));
    await sandbox.commands.run('true');
    await sandbox.commands.run('printf', {
      args: ['%s', 'a b'],
      cwd: '/tmp',
      envs: { A: 'b' },
      timeoutSecs: 5,
    });
    await sandbox.commands.run('echo $A', { shell: true, args: [], envs: {}, cwd: '' });
    assert.deepEqual(
      api.received.map(({ body }) => body),
      [
        { command: 'true', timeout_secs: 30, background: false },
        {
          command: 'printf',
          args: ['%s', 'a b'],
          cwd: '/tmp',
          envs: { A: 'b' },
          timeout_secs: 5,
          background: false,
        },
        { command: 'echo $A', shell: true, timeout_secs: 30, background: false },
      ],
    );
    assert.equal(api.received[0]!.path, '/v1/sandboxes/sb_1/exec');
  });

  test('a non-zero exit is a result', async (context) => {
    const record = execRecord({ exit_code: 7, stdout: 'out\n', stderr: 'err\n', killed_by: 'memory' });
    const { sandbox } = await connect(context, always(200, record));
    assert.deepEqual(await sandbox.commands.run('false'), {
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
      pid: 7,
      timedOut: false,
      killedBy: 'memory',
      stdoutTruncated: false,
      stderrTruncated: false,
      spawnUs: 900,
      runUs: 1500,
    });
  });

  test('an ended sandbox is a NotFoundError', async (context) => {
    const { sandbox } = await connect(context, always(404, failure('sandbox_not_found')));
    await assert.rejects(sandbox.commands.run('true'), NotFoundError);
  });

  test('one that broke off after the answer had begun is an error, not a result', async (context) => {
    const { error } = failure('sandbox_not_found') as Pick<ExecResult, 'error'>;
    const { sandbox } = await connect(context, always(200, execRecord({ exit_code: 137, error })));
    await assert.rejects(sandbox.commands.run('true'), NotFoundError);
  });

  test('waits in silence as long as the command may take', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let answer = (): void => {};
    const { api, sandbox } = await connect(context, (_, response) => {
      answer = () => json(response, 200, execRecord());
    });
    const call = sandbox.commands.run('sleep', { timeoutSecs: 600 });
    await until(() => api.received.length === 1, 'the request');
    context.mock.timers.tick(610_000);
    answer();
    assert.equal((await call).exitCode, 0);
    const hung = assert.rejects(sandbox.commands.run('sleep', { timeoutSecs: 600 }), TimeoutError);
    await until(() => api.received.length === 2, 'the second request');
    context.mock.timers.tick(615_000);
    await hung;
  });

  test('refuses a timeout that is none, and takes one without end for the longest', async (context) => {
    const { api, sandbox } = await connect(context, always(200, execRecord()));
    const onStdout = () => undefined;
    for (const timeoutSecs of [0, -1, 0.5, Number.NaN, 86_401, '5' as never])
      for (const options of [{ timeoutSecs }, { timeoutSecs, onStdout }, { timeoutSecs, background: true }])
        await assert.rejects(sandbox.commands.run('true', options), /timeoutSecs must be a whole number/);
    assert.equal(api.received.length, 0);
    await sandbox.commands.run('true', { timeoutSecs: Number.POSITIVE_INFINITY });
    assert.equal((api.received[0]!.body as { timeout_secs: number }).timeout_secs, 86_400);
  });

  test('abort ends the wait with its reason', async (context) => {
    const { api, sandbox } = await connect(context, () => {});
    const controller = new AbortController();
    const call = sandbox.commands.run('sleep', { signal: controller.signal });
    await until(() => api.received.length === 1, 'the request');
    controller.abort();
    await assert.rejects(call, { name: 'AbortError' });
  });
});

describe('processes', () => {
  test('are started in the background with one request', async (context) => {
    const { api, sandbox } = await connect(context, always(200, { pid: 42 }));
    const handle = await sandbox.commands.run('server', { background: true });
    assert.ok(handle instanceof CommandHandle);
    assert.equal(handle.pid, 42);
    assert.deepEqual(api.received[0]!.body, { command: 'server', timeout_secs: 30, background: true });
    assert.equal(api.received.length, 1);
  });

  test('are listed, killed, fed and read', async (context) => {
    const logs = { stdout: 'a', stderr: 'b', output: 'ab', exit_code: null, truncated: false };
    const { api, sandbox } = await connect(
      context,
      inTurn(
        always(200, [{ pid: 42, command: 'cat', running: true }]),
        always(204),
        always(204),
        always(200, logs),
      ),
    );
    assert.deepEqual(await sandbox.commands.list(), [{ pid: 42, command: 'cat', running: true }]);
    await sandbox.commands.sendStdin(42, 'hello\n');
    await sandbox.commands.kill(42);
    const read = await sandbox.commands.logs(42);
    assert.deepEqual(read, { stdout: 'a', stderr: 'b', output: 'ab', exitCode: undefined, truncated: false });
    const base = '/v1/sandboxes/sb_1/processes';
    assert.deepEqual(
      api.received.map(({ method, path, body }) => [method, path, body]),
      [
        ['GET', base, undefined],
        ['POST', `${base}/42/stdin`, { data: 'hello\n' }],
        ['POST', `${base}/42/kill`, undefined],
        ['GET', `${base}/42/logs`, undefined],
      ],
    );
  });
});
