import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { limits } from '@nullspace/contract';
import { guest, host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import type { FakeProcess } from '../fixtures/fake-processes.ts';
import { guestError } from '../fixtures/guest-error.ts';
import { type Frame, LiveSocket } from '../fixtures/live-socket.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('terminals', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());

  const connect = (sandboxId = id) =>
    new LiveSocket(`${server.url}/v1/sandboxes/${sandboxId}/ws?channel=pty`, server.key).open();
  const shown = (socket: LiveSocket) =>
    Buffer.concat(
      socket.frames.flatMap(({ type, data_base64 }: Frame) =>
        type === 'pty_output' ? [Buffer.from(data_base64, 'base64')] : [],
      ),
    );
  const open = async (command: string, more: object = {}, sandboxId = id) => {
    const socket = await connect(sandboxId);
    socket.send({ type: 'pty_start', id: 't1', command, ...more });
    const started = await socket.type('pty_started');
    const process = await server.host.guestOf(sandboxId).processes.started(command);
    return { socket, started, process, session: started.session_id as string };
  };
  const typed = async (process: FakeProcess, text: string) => {
    while (!process.stdin.includes(text)) await once(process, 'change');
  };

  test('begin with pty_started, show bytes of every value and end with the exit', async () => {
    const { socket, started, process } = await open('bytes', { cols: 100, rows: 40 });
    assert.equal(socket.frames[0], started);
    assert.match(started.session_id, /^ses_[a-z0-9]{20}$/);
    assert.deepEqual(
      { ...started, session_id: '' },
      {
        type: 'pty_started',
        id: 't1',
        session_id: '',
        pid: process.pid,
        cols: 100,
        rows: 40,
      },
    );
    assert.deepEqual([process.terminal?.columns, process.terminal?.rows], [100, 40]);
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    process.write(all);
    process.end(3);
    assert.equal((await socket.type('pty_exited')).exit_code, 3);
    assert.deepEqual(shown(socket), all);
    assert.equal(await socket.closed(), 1000);
  });

  test('without a command run the login shell', async () => {
    const socket = await connect();
    socket.send({ type: 'pty_start', id: 't1', envs: { A: 'b' }, cwd: '/tmp', user: 'user' });
    await socket.type('pty_started');
    const { command } = await server.host.guestOf(id).processes.started('');
    assert.deepEqual([command.env, command.cwd, command.user], [{ A: 'b' }, '/tmp', 'user']);
    socket.close();
  });

  test('take text, bytes, sizes and kills in their order', async () => {
    const { socket, process, session } = await open('typing');
    socket.send({ type: 'pty_input', id: 't1', session_id: session, data: 'ü' });
    socket.send({ type: 'pty_input', id: 't1', session_id: session, data_base64: 'AwQ=' });
    socket.send({ type: 'pty_input', data: 'end' });
    await typed(process, 'ü\x03\x04end');
    socket.send({ type: 'pty_resize', id: 't1', session_id: session, cols: 33, rows: 12 });
    socket.send({ type: 'pty_kill', id: 't1', session_id: session });
    assert.equal((await socket.type('pty_exited')).exit_code, 137);
    assert.deepEqual([process.terminal?.columns, process.terminal?.rows], [33, 12]);
  });

  test('take sizes and kills also while a program reads nothing of what was typed', async () => {
    const { socket, process, session } = await open('wedged');
    const wedge = Promise.withResolvers<void>();
    process.readsInput = wedge.promise;
    for (let frame = 0; frame < 7; frame++) {
      socket.send({ type: 'pty_input', session_id: session, data: 'x'.repeat(1_000_000) });
    }
    socket.send({ type: 'pty_resize', session_id: session, cols: 44, rows: 11 });
    while (process.terminal?.columns !== 44) await once(process, 'change');
    socket.send({ type: 'pty_kill', session_id: session });
    assert.equal((await socket.type('pty_exited')).exit_code, 137);
    assert.equal(process.stdin, '');
    wedge.resolve();
    assert.equal(await socket.closed(), 1000);
  });

  test('are shown no further ahead of a client than it asked for', async () => {
    const { socket, process } = await open('endless', { window_bytes: 65_536 });
    process.write('x'.repeat(1_000_000));
    await socket.find(() => shown(socket).length >= 65_536);
    await sleep(200);
    assert.ok(shown(socket).length <= 65_536 + 32_768, `${shown(socket).length} bytes`);
    while (shown(socket).length < 1_000_000) {
      const { length } = shown(socket);
      socket.send({ type: 'pty_read', bytes: length });
      await socket.find(() => shown(socket).length > length);
    }
    process.end(0);
    await socket.type('pty_exited');
  });

  test('are typed into also by a client that leaves at once', async () => {
    const { socket, process } = await open('left');
    const wedge = Promise.withResolvers<void>();
    process.readsInput = wedge.promise;
    socket.send({ type: 'pty_input', data: 'first ' });
    socket.send({ type: 'pty_input', data: 'last' });
    socket.socket.close();
    await socket.closed();
    wedge.resolve();
    await typed(process, 'first last');
    process.end(0);
  });

  test('that do not read what is typed for too long end the connection with a reason, and stay', async () => {
    const { socket, process, session } = await open('full');
    process.readsInput = Promise.reject(guestError('stdin_full'));
    process.readsInput.catch(() => undefined);
    socket.send({ type: 'pty_input', data: 'x' });
    const error = await socket.type('error');
    assert.equal(error.code, 'exec_failed');
    assert.match(error.message, /does not read its input/);
    assert.equal(await socket.closed(), 1000);
    assert.equal(process.exit, undefined);
    assert.equal((await server.call('GET', `/v1/sandboxes/${id}/pty/${session}`)).status, 200);
    process.end(0);
  });

  test('live on without clients, and show each that joins what was shown last', async () => {
    const { socket, process, session } = await open('shared');
    process.write('x'.repeat(limits.scrollback_bytes));
    process.write('recent');
    await socket.find(() => shown(socket).includes('recent'));
    socket.close();
    const [first, second] = [await connect(), await connect()];
    first.send({ type: 'pty_connect', id: 'a', session_id: session });
    second.send({ type: 'pty_connect', id: 'b', pid: process.pid });
    for (const joined of [first, second]) {
      assert.equal((await joined.type('pty_started')).session_id, session);
      await joined.find(() => shown(joined).includes('recent'));
      assert.equal(shown(joined).length, limits.scrollback_bytes);
    }
    second.send({ type: 'pty_input', data: 'from b' });
    await typed(process, 'from b');
    process.end(0);
    await Promise.all([first.type('pty_exited'), second.type('pty_exited')]);
  });

  test('are read on from an offset without loss or repetition', async () => {
    const { socket, process, session } = await open('offsets');
    process.write('one ');
    const { offset } = await socket.type('pty_output');
    socket.close();
    process.write('two');
    const again = await connect();
    again.send({ type: 'pty_connect', session_id: session, offset: offset + 4 });
    await again.type('pty_output');
    process.end(0);
    await again.type('pty_exited');
    assert.equal(String(shown(again)), 'two');
  });

  test('are listed while they run, described, resized and ended by REST', async () => {
    const { socket, process, session } = await open('listed');
    const base = `/v1/sandboxes/${id}/pty`;
    const { body: list } = await server.call('GET', base);
    const found = list.find((item: { session_id: string }) => item.session_id === session);
    assert.deepEqual([found.pid, found.cols, found.rows, found.command], [process.pid, 120, 30, 'listed']);
    assert.equal((await server.call('POST', `${base}/${session}/resize`, { cols: 10, rows: 5 })).status, 204);
    assert.equal((await server.call('GET', `${base}/${session}`)).body.cols, 10);
    expectError(
      await server.call('POST', `${base}/${session}/resize`, { cols: 0, rows: 5 }),
      'invalid_request',
    );
    assert.equal((await server.call('DELETE', `${base}/${session}`)).status, 204);
    await socket.type('pty_exited');
    assert.equal((await server.call('DELETE', `${base}/${session}`)).status, 204);
    const { body: rest } = await server.call('GET', base);
    assert.ok(!rest.some((item: { session_id: string }) => item.session_id === session));
    expectError(await server.call('GET', `${base}/ses_unknown`), 'pty_not_found', [/ses_unknown/]);
  });

  test('are found after a restart of the server', async () => {
    const { process, session } = await open('survivor');
    await server.restart();
    const again = await connect();
    again.send({ type: 'pty_connect', session_id: session });
    assert.equal((await again.type('pty_started')).pid, process.pid);
    process.end(0);
    await again.type('pty_exited');
  });

  test('that are unknown, and commands without a terminal, are refused in the first frame', async () => {
    const plain = server.host.guestOf(id).processes.start(create(guest.CommandSchema, { command: 'plain' }));
    for (const name of [{ session_id: 'ses_unknown' }, { pid: 4_000_000 }, { pid: plain.pid }]) {
      const socket = await connect();
      socket.send({ type: 'pty_connect', id: 't', ...name });
      const error = await socket.type('error');
      assert.equal(socket.frames[0], error);
      assert.deepEqual([error.code, error.id], ['pty_not_found', 't']);
      assert.equal(await socket.closed(), 1000);
    }
  });

  test('stay when a client sends a wrong frame, which ends its connection', async () => {
    const { socket, process, session } = await open('strict');
    socket.send({ type: 'pty_input', data: 'a', data_base64: 'YQ==' });
    assert.equal((await socket.type('error')).code, 'invalid_request');
    await socket.closed();
    assert.equal(process.exit, undefined);
    assert.equal((await server.call('GET', `/v1/sandboxes/${id}/pty/${session}`)).status, 200);
  });

  test('end with an error when the sandbox ends', async () => {
    const doomed = await server.createSandbox();
    const { socket } = await open('doomed', {}, doomed);
    server.host.end(doomed, { state: host.State.DESTROYED, reason: 'manual' });
    const error = await socket.type('error');
    assert.equal(error.code, 'sandbox_not_found');
    assert.match(error.message, new RegExp(doomed));
    await socket.closed();
  });
});
