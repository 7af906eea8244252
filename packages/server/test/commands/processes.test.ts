import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { WebSocket } from 'ws';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('processes', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());

  const begin = async (command: string, sandboxId = id) => {
    const base = `/v1/sandboxes/${sandboxId}`;
    const { body } = await server.call('POST', `${base}/exec`, { command, background: true });
    const process = await server.host.guestOf(sandboxId).processes.started(command);
    assert.equal(process.pid, body.pid);
    return { process, path: `${base}/processes/${body.pid}` };
  };

  test('are described with what they use', async () => {
    const { process, path } = await begin('described');
    process.write('12345');
    const running = (await server.call('GET', path)).body;
    assert.deepEqual(running, {
      pid: process.pid,
      command: 'described',
      running: true,
      started_at: '2023-11-14T22:13:20.000Z',
      exit_code: null,
      timed_out: false,
      killed_by: null,
      cpu_ms: 1.5,
      memory_bytes: 4096,
      process_count: 1,
      stdout_bytes: 5,
      stderr_bytes: 0,
      dropped_bytes: 0,
    });
    process.end(124, { timedOut: true });
    const ended = (await server.call('GET', path)).body;
    assert.deepEqual([ended.running, ended.exit_code, ended.timed_out], [false, 124, true]);
    expectError(await server.call('GET', `/v1/sandboxes/${id}/processes/999999`), 'process_not_found');
  });

  test('get signals by name or number', async () => {
    const { process, path } = await begin('signalled');
    assert.equal((await server.call('POST', `${path}/signal`, { signal: 'SIGUSR1' })).status, 204);
    assert.equal((await server.call('POST', `${path}/signal`, { signal: 'SIGTERM' })).status, 204);
    assert.equal((await server.call('POST', `${path}/signal`, { signal: 2 })).status, 204);
    assert.deepEqual(process.signals, [10, 15, 2]);
    for (const signal of ['TERM', 'SIGSEGV', 11, null]) {
      expectError(await server.call('POST', `${path}/signal`, { signal }), 'invalid_request', [/signal/]);
    }
  });

  test('get bytes on their stdin, and its end', async () => {
    const { process, path } = await begin('reader');
    assert.equal((await server.call('POST', `${path}/stdin`, { data_base64: 'AwQ=' })).status, 204);
    assert.equal((await server.call('POST', `${path}/stdin`, { data: 'x', close: true })).status, 204);
    assert.deepEqual([process.stdin, process.stdinClosed], ['\x03\x04x', true]);
    expectError(await server.call('POST', `${path}/stdin`, { data: 'y' }), 'conflict');
  });

  test('run as an account, with what they read', async () => {
    const running = server.call('POST', `/v1/sandboxes/${id}/exec`, {
      command: 'accounted',
      user: ' user ',
      stdin: 'hello',
    });
    const process = await server.host.guestOf(id).processes.started('accounted');
    assert.deepEqual([process.command.user, process.stdin], ['user', 'hello']);
    process.end(0);
    assert.equal((await running).status, 200);
  });

  test('stream their output as events from an offset on, in lines that no reader splits', async () => {
    const { process, path } = await begin('events');
    process.write('skipped|a\u2028b\u0085c');
    process.write('oops', 'stderr');
    process.end(2);
    const response = await fetch(`${server.url}${path}/output?stdout_offset=8&stderr_offset=1`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const text = await response.text();
    assert.doesNotMatch(text, /[\u0085\u2028\u2029]/);
    const events = text.split('\n\n').flatMap((line) => {
      return line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : [];
    });
    assert.deepEqual(
      events.map(({ type, data, offset, exit_code }) => [type, data ?? exit_code, offset]),
      [
        ['exec_started', undefined, undefined],
        ['exec_stdout', 'a\u2028b\u0085c', 8],
        ['exec_stderr', 'ops', 1],
        ['exec_exit', 2, undefined],
      ],
    );
    expectError(await server.call('GET', `${path}/output?stdout_offset=-1`), 'invalid_request');
    expectError(await server.call('GET', `/v1/sandboxes/${id}/processes/999999/output`), 'process_not_found');
  });

  test('tell in the stream of events that the sandbox has ended', async () => {
    const doomed = await server.createSandbox();
    const { process, path } = await begin('doomed', doomed);
    process.write('x');
    const response = await fetch(`${server.url + path}/output`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    server.host.end(doomed, { state: host.State.DESTROYED, reason: 'manual' });
    const text = await response.text();
    assert.match(text, /"type":"error".*"code":"sandbox_not_found"/);
  });

  test('send output as bytes to a socket that asks for it', async () => {
    const url = `${server.url}/v1/sandboxes/${id}/ws?channel=exec`.replace('http', 'ws');
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${server.key}` } });
    const frames: { data: Buffer; isBinary: boolean }[] = [];
    socket.on('message', (data, isBinary) => frames.push({ data: data as Buffer, isBinary }));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'exec_start', id: 'b', binary: true, command: 'bytes', args: [] }));
    });
    const process = await server.host.guestOf(id).processes.started('bytes');
    const all = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
    process.write(all);
    process.write('err', 'stderr');
    process.end(0);
    await closed;
    const texts = frames.filter(({ isBinary }) => !isBinary).map(({ data }) => JSON.parse(String(data)).type);
    assert.deepEqual(texts, ['exec_started', 'exec_exit']);
    const received = { 1: Buffer.alloc(0), 2: Buffer.alloc(0) };
    for (const { data } of frames.filter(({ isBinary }) => isBinary)) {
      const stream = data.readUInt8() as 1 | 2;
      assert.equal(Number(data.readBigUInt64BE(1)), received[stream].length);
      received[stream] = Buffer.concat([received[stream], data.subarray(9)]);
    }
    assert.deepEqual(received, { 1: all, 2: Buffer.from('err') });
  });
});
