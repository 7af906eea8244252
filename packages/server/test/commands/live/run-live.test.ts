import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { guest, host } from '@nullspace/proto';
import { LiveSocket } from '../../fixtures/live-socket.ts';
import { startTestServer, type TestServer } from '../../fixtures/test-server.ts';
import { until } from '../../fixtures/until.ts';

describe('live commands', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());

  const connect = (sandboxId = id, key = server.key, channel = 'exec') =>
    new LiveSocket(`${server.url}/v1/sandboxes/${sandboxId}/ws?channel=${channel}`, key);
  const start = (command: string, more: object = {}) => ({
    type: 'exec_start',
    id: 'c1',
    command,
    args: [],
    timeout_secs: 30,
    ...more,
  });

  test('stream output and the exit, then close', async () => {
    const socket = await connect().open();
    socket.send(start('echo', { args: ['hi'] }));
    assert.deepEqual(await socket.type('exec_exit'), {
      type: 'exec_exit',
      id: 'c1',
      exit_code: 0,
      timed_out: false,
      killed_by: null,
    });
    assert.equal(socket.frames[0].type, 'exec_started');
    assert.equal(socket.text('exec_stdout'), 'hi\n');
    assert.equal(await socket.closed(), 1000);
  });

  test('30 seconds, which published clients always send, means no timeout; other values count', async () => {
    for (const [asked, expected] of [
      [30, 0n],
      [undefined, 0n],
      [7, 7000n],
    ] as const) {
      const name = `timeout-${asked}`;
      const socket = await connect().open();
      socket.send(start(name, { timeout_secs: asked }));
      const process = await server.host.guestOf(id).processes.started(name);
      assert.equal(process.command.timeoutMs, expected);
      process.end(0);
      await socket.closed();
    }
  });

  test('characters that are cut by chunks come whole, and offsets count bytes', async () => {
    const socket = await connect().open();
    socket.send(start('letters'));
    const process = await server.host.guestOf(id).processes.started('letters');
    const bytes = Buffer.from('aü€😀z');
    for (const byte of bytes) {
      process.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.end(0);
    await socket.type('exec_exit');
    assert.equal(socket.text('exec_stdout'), 'aü€😀z');
    let next = 0;
    for (const frame of socket.frames.filter(({ type }) => type === 'exec_stdout')) {
      assert.equal(frame.offset, next);
      next = frame.end_offset;
    }
    assert.equal(next, bytes.length);
  });

  test('joined at an offset that is not written yet, they give the rest alone, also from an agent that begins before', async () => {
    const { override, processes } = server.host.guestOf(id);
    const { attach } = processes.calls();
    override.attach = (request, context) =>
      attach!(create(guest.AttachRequestSchema, { ...request, stdoutOffset: 0n }), context);
    const first = await connect().open();
    first.send(start('late', { timeout_secs: 7 }));
    const process = await processes.started('late');
    const second = await connect().open();
    second.send({ type: 'exec_connect', id: 'c2', pid: process.pid, stdout_offset: 4, stderr_offset: 0 });
    await second.type('exec_started');
    for (const text of ['1', '\n2', '\n3\n4', '\n']) process.write(text);
    process.end(0);
    await second.type('exec_exit');
    delete override.attach;
    assert.equal(second.text('exec_stdout'), '3\n4\n');
    assert.equal(second.frames.find(({ type }) => type === 'exec_stdout').offset, 4);
  });

  test('run no further ahead of a client than it asked for', async () => {
    const socket = await connect().open();
    socket.send(start('ahead', { window_bytes: 65_536 }));
    const process = await server.host.guestOf(id).processes.started('ahead');
    const received = () => socket.text('exec_stdout').length + socket.text('exec_stderr').length;
    process.write('x'.repeat(600_000));
    process.write('y'.repeat(400_000), 'stderr');
    process.end(0);
    await socket.find(() => received() >= 65_536);
    await sleep(200);
    assert.ok(received() <= 65_536 + 32_768, `${received()} bytes`);
    while (received() < 1_000_000) {
      const bytes = received();
      socket.send({ type: 'exec_read', bytes });
      await socket.find(() => received() > bytes);
    }
    assert.equal((await socket.type('exec_exit')).exit_code, 0);
    assert.equal(await socket.closed(), 1000);
  });

  test('refuse a client that has read more than it was sent, and go on', async () => {
    const socket = await connect().open();
    socket.send(start('modest', { window_bytes: 65_536 }));
    const process = await server.host.guestOf(id).processes.started('modest');
    await socket.type('exec_started');
    socket.send({ type: 'exec_read', bytes: 1 });
    const error = await socket.type('error');
    assert.equal(error.code, 'invalid_request');
    assert.match(error.message, /only 0 bytes were sent/);
    assert.equal(await socket.closed(), 1000);
    assert.equal(process.exit, undefined);
    process.end(0);
  });

  test('a hang-up leaves the process, and it is read on from its offset', async () => {
    const first = await connect().open();
    first.send(start('worker'));
    const process = await server.host.guestOf(id).processes.started('worker');
    process.write('one ');
    const { end_offset } = await first.type('exec_stdout');
    first.close();
    process.write('two ');
    const second = await connect().open();
    second.send({ type: 'exec_connect', id: 'c2', pid: process.pid, stdout_offset: end_offset });
    assert.equal((await second.type('exec_started')).id, 'c2');
    await second.find((frame) => frame.data === 'two ');
    const third = await connect().open();
    third.send({ type: 'exec_connect', id: 'c3', pid: process.pid });
    await third.type('exec_started');
    assert.equal(process.exit, undefined);
    process.write('three');
    process.end(5);
    assert.equal((await second.type('exec_exit')).exit_code, 5);
    await third.type('exec_exit');
    assert.equal(third.text('exec_stdout'), 'three');
  });

  test('a stream that breaks is taken up again without loss or repetition', async () => {
    const socket = await connect().open();
    socket.send(start('broken-line'));
    const guest = server.host.guestOf(id);
    const process = await guest.processes.started('broken-line');
    process.write('before ');
    await socket.type('exec_stdout');
    guest.cut();
    process.write('after');
    process.end(0);
    await socket.type('exec_exit');
    assert.equal(socket.text('exec_stdout'), 'before after');
  });

  test('much output arrives in frames of at most 32 KiB, also for a slow reader', async () => {
    const socket = await connect().open();
    socket.send(start('flood'));
    const process = await server.host.guestOf(id).processes.started('flood');
    const all = 'x'.repeat(4_000_000);
    process.write(all);
    await socket.type('exec_stdout');
    socket.socket.pause();
    process.end(0);
    await new Promise((resolve) => setImmediate(resolve));
    socket.socket.resume();
    await socket.type('exec_exit');
    assert.equal(socket.text('exec_stdout').length, all.length);
    for (const frame of socket.frames) assert.ok((frame.data?.length ?? 0) <= 32_768);
  });

  test('a bad frame is answered with an error frame', async () => {
    for (const bad of [
      'no json',
      '[]',
      '"x"',
      { type: 'pty_start' },
      start(''),
      start('a', { colour: 1 }),
      {},
    ]) {
      const socket = await connect().open();
      socket.send(bad);
      const error = await socket.type('error');
      assert.match(error.message, /^invalid message/);
      assert.equal(error.code, 'invalid_request');
      assert.match(error.request_id, /^req_/);
      await socket.closed();
    }
  });

  test('unknown sandboxes and processes, and those of others, are told by a frame', async () => {
    const other = await server.makeKey('live-other');
    for (const socket of [connect('sb_unknown'), connect(id, other)]) {
      await socket.open();
      socket.send(start('echo'));
      assert.equal((await socket.type('error')).code, 'sandbox_not_found');
      await socket.closed();
    }
    const socket = await connect().open();
    socket.send({ type: 'exec_connect', pid: 999_999 });
    assert.equal((await socket.type('error')).code, 'process_not_found');
  });

  test('the end of the sandbox ends the stream with its reason', async () => {
    const doomed = await server.createSandbox();
    const socket = await connect(doomed).open();
    socket.send(start('endless'));
    await server.host.guestOf(doomed).processes.started('endless');
    await socket.type('exec_started');
    server.host.end(doomed, {
      state: host.State.ERROR,
      reason: 'out_of_memory',
      message: 'Memory was used up.',
    });
    const error = await socket.type('error');
    assert.equal(error.code, 'sandbox_not_found');
    assert.match(error.message, /out_of_memory/);
    await socket.closed();
    const { id: _, ...exit } = await socket.type('exec_exit');
    assert.deepEqual(exit, { type: 'exec_exit', exit_code: 137, timed_out: false, killed_by: 'memory' });
  });

  test('an agent that answers garbage gives an error, not a hang', async () => {
    const hostile = await server.createSandbox();
    server.host.guestOf(hostile).override.attach = () => {
      throw new ConnectError('\u0000garbage', Code.DataLoss);
    };
    const socket = await connect(hostile).open();
    socket.send(start('echo'));
    assert.equal((await socket.type('error')).code, 'exec_failed');
  });

  for (const [name, event] of [
    ['output without bytes', { case: 'output', value: {} }],
    ['its start', { case: 'started', value: { pid: 1 } }],
    ['what nobody knows', { case: undefined }],
  ] as const) {
    test(`an agent that sends ${name} without end is given up`, async () => {
      const hostile = await server.createSandbox();
      server.host.guestOf(hostile).override.attach = async function* (_request, { signal }) {
        yield create(guest.AttachResponseSchema, { event: { case: 'started', value: { pid: 1 } } });
        while (!signal.aborted) {
          yield create(guest.AttachResponseSchema, { event });
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const socket = await connect(hostile).open();
      socket.send(start('echo'));
      assert.equal((await socket.type('error')).code, 'exec_failed');
      await socket.closed();
    });
  }

  test('a client that reads nothing does not keep a sandbox that has ended', async () => {
    const doomed = await server.createSandbox();
    const socket = await connect(doomed).open();
    socket.send(start('flood'));
    const process = await server.host.guestOf(doomed).processes.started('flood');
    await socket.type('exec_started');
    socket.socket.pause();
    process.write('x'.repeat(16_000_000));
    server.host.end(doomed, { state: host.State.ERROR, reason: 'guest_crash' });
    await until(() =>
      server.logs.some((line) => line.includes('a live connection failed') && line.includes(doomed)),
    );
    socket.close();
  });

  test('an unknown channel is refused before the upgrade', async () => {
    await assert.rejects(connect(id, server.key, 'radio').open(), /400/);
  });

  test('upgrades without a key, of planned paths and of unknown paths are refused', async () => {
    await assert.rejects(connect(id, 'wrong').open(), /401/);
    await assert.rejects(new LiveSocket(`${server.url}/v1/monitor/ws`, server.key).open(), /501/);
    await assert.rejects(new LiveSocket(`${server.url}/v1/nothing`, server.key).open(), /404/);
  });

  test('a plain request to the WebSocket path says what it is', async () => {
    const answer = await server.call('GET', `/v1/sandboxes/${id}/ws?channel=exec`);
    assert.equal(answer.status, 426);
    assert.equal(answer.body.code, 'upgrade_required');
  });
});
