import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Sandbox } from '../../src/index.ts';
import { always, failure, json, startApiServer } from '../support/api-server.ts';
import { execChannel } from '../support/exec-channel.ts';
import { execRecord, sandboxRecord } from '../support/records.ts';

const detail = {
  pid: 42,
  command: 'make',
  running: true,
  started_at: '2026-03-10T12:00:00.000Z',
  exit_code: null,
  timed_out: false,
  killed_by: null,
  cpu_ms: 1500.5,
  memory_bytes: 4096,
  process_count: 3,
  stdout_bytes: 10,
  stderr_bytes: 2,
  dropped_bytes: 0,
};

async function connect(context: TestContext) {
  const api = await startApiServer(context, ({ method, path }, response) => {
    if (path.endsWith('/exec')) return json(response, 200, execRecord({ pid: 42 }));
    if (path.endsWith('/stdin') || path.endsWith('/signal')) return json(response, 204);
    json(response, 200, path.endsWith('/processes/42') && method === 'GET' ? detail : sandboxRecord());
  });
  const { commands } = await Sandbox.connect('sb_1', api.connection);
  api.received.length = 0;
  const sent = () => api.received.map(({ method, path, body }) => [method, path.slice(18), body]);
  return { api, commands, sent };
}

describe('commands', () => {
  test('take a program with its arguments as a list, an account and an input', async (context) => {
    const { commands, sent } = await connect(context);
    await commands.run(['printf', '%s', 'a b'], { user: 'user', stdin: 'in' });
    assert.deepEqual(sent()[0]![2], {
      command: 'printf',
      args: ['%s', 'a b'],
      user: 'user',
      stdin: 'in',
      timeout_secs: 30,
      background: false,
    });
    await commands.run('cat', { stdin: new Uint8Array([0, 255]) });
    assert.equal((sent()[1]![2] as { stdin_base64: string }).stdin_base64, 'AP8=');
    const both = async () => commands.run(['a', 'b'], { args: ['c'] });
    await assert.rejects(both, { code: 'invalid_request' });
  });

  test('are sent input, its end and signals, and tell what they use', async (context) => {
    const { commands, sent } = await connect(context);
    const handle = await commands.run('make', { background: true });
    await handle.sendStdin('text');
    await handle.sendStdin(new Uint8Array([0, 255]));
    await handle.closeStdin();
    await handle.sendSignal('SIGINT');
    const info = await handle.info();
    assert.deepEqual(
      [info.cpuMs, info.memoryBytes, info.processCount, info.exitCode, info.stdoutBytes],
      [1500.5, 4096, 3, undefined, 10],
    );
    assert.deepEqual(sent().slice(1), [
      ['POST', '/processes/42/stdin', { data: 'text' }],
      ['POST', '/processes/42/stdin', { data_base64: 'AP8=' }],
      ['POST', '/processes/42/stdin', { data: '', close: true }],
      ['POST', '/processes/42/signal', { signal: 'SIGINT' }],
      ['GET', '/processes/42', undefined],
    ]);
  });

  test('that are followed get their whole input and its end', async (context) => {
    const { api, commands, sent } = await connect(context);
    api.onSocket = execChannel((peer) => {
      peer.send({ type: 'exec_started', pid: 42 });
      const wait = setInterval(() => {
        if (!api.received.some(({ path }) => path.endsWith('/stdin'))) return;
        clearInterval(wait);
        peer.exit();
      }, 1);
    });
    await commands.run('cat', { stdin: 'in', onStdout: () => {} });
    assert.deepEqual(sent(), [['POST', '/processes/42/stdin', { data: 'in', close: true }]]);
  });

  test('that end without reading their input are no failure', async (context) => {
    const api = await startApiServer(context, ({ path }, response) => {
      if (path.endsWith('/stdin')) return json(response, 409, failure('conflict'));
      always(200, sandboxRecord())({} as never, response);
    });
    api.onSocket = execChannel((peer) => {
      peer.send({ type: 'exec_started', pid: 42 });
      peer.exit(0);
    });
    const { commands } = await Sandbox.connect('sb_1', api.connection);
    assert.equal((await commands.run('true', { stdin: 'in', onStdout: () => {} })).exitCode, 0);
  });
});
