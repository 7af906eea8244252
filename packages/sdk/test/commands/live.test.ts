import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthError,
  type CommandHandle,
  NotFoundError,
  Sandbox,
  SandboxPausedError,
  TimeoutError,
} from '../../src/index.ts';
import { type ApiServer, always, failure, json, startApiServer } from '../support/api-server.ts';
import { type ExecPeer, execChannel } from '../support/exec-channel.ts';
import { sandboxRecord } from '../support/records.ts';
import { until } from '../support/until.ts';

async function connect(
  context: TestContext,
  onClient: (peer: ExecPeer) => void,
): Promise<{ api: ApiServer; sandbox: Sandbox }> {
  const api = await startApiServer(context, ({ path }, response) => {
    if (path.endsWith('/exec')) return json(response, 200, { pid: 42 });
    if (path.endsWith('/processes')) return json(response, 200, [{ pid: 42, command: 'x', running: true }]);
    json(response, 200, sandboxRecord());
  });
  api.onSocket = execChannel(onClient);
  return { api, sandbox: await Sandbox.connect('sb_1', api.connection) };
}

describe('live commands', () => {
  test('pass their output on as it arrives and end with a result', async (context) => {
    const { sandbox } = await connect(context, (peer) => {
      assert.equal(peer.authorization, 'Bearer ns_test_key');
      assert.deepEqual(peer.first, {
        type: 'exec_start',
        id: 'exec',
        binary: true,
        window_bytes: 4_194_304,
        command: 'make',
        args: ['x'],
        timeout_secs: 31,
      });
      peer.send({ type: 'exec_started', pid: 42 });
      peer.write('stdout', 'one\n');
      peer.write('stderr', 'two\n');
      peer.send({ type: 'something_else' } as never);
      peer.socket.send('not json');
      peer.write('stdout', 'drüben\n');
      peer.exit(3);
    });
    const seen: string[] = [];
    const result = await sandbox.commands.run('make', {
      args: ['x'],
      onStdout: (text) => seen.push(`out ${text}`),
      onStderr: (text) => seen.push(`err ${text}`),
    });
    assert.deepEqual(seen, ['out one\n', 'err two\n', 'out drüben\n']);
    assert.equal(result.exitCode, 3);
    assert.equal(result.stdout, 'one\ndrüben\n');
    assert.equal(result.stderr, 'two\n');
    assert.equal(result.pid, 42);
  });

  test('keep characters whole that are cut by the end of a message, and show those that never come whole', async (context) => {
    const [first, second] = [Buffer.from('dr\u00fcben \u{1f600}'), Buffer.from('ok\u00e9')];
    const { sandbox } = await connect(context, (peer) => {
      peer.send({ type: 'exec_started', pid: 42 });
      for (const byte of first) peer.write('stdout', Buffer.from([byte]));
      peer.write('stderr', second.subarray(0, -1));
      peer.socket.send(Buffer.from([9, 1]));
      peer.exit();
    });
    const seen: string[] = [];
    const result = await sandbox.commands.run('make', { onStdout: (text) => seen.push(text) });
    assert.deepEqual(seen, [...'dr\u00fcben \u{1f600}']);
    assert.equal(result.stdout, 'dr\u00fcben \u{1f600}');
    assert.equal(result.stderr, 'ok\ufffd');
  });

  test('cut off within a character read it again whole', async (context) => {
    const offsets: unknown[] = [];
    const { sandbox } = await connect(context, (peer) => {
      peer.send({ type: 'exec_started', pid: 42 });
      offsets.push(peer.first.stdout_offset);
      if (peer.first.type === 'exec_start') {
        peer.write('stdout', Buffer.from('a\u00e9').subarray(0, 2));
        return peer.socket.terminate();
      }
      peer.write('stdout', '\u00e9b');
      peer.exit();
    });
    const result = await sandbox.commands.run('make', { onStdout: () => undefined });
    assert.deepEqual(offsets, [undefined, 1]);
    assert.equal(result.stdout, 'a\u00e9b');
  });

  test('cut off by a pause say how far they came, and are read on from there', async (context) => {
    const { sandbox } = await connect(context, (peer) => {
      peer.send({ type: 'exec_started', pid: 42 });
      if (peer.first.type === 'exec_connect') {
        assert.deepEqual([peer.first.stdout_offset, peer.first.stderr_offset], [4, 0]);
        peer.write('stdout', 'two\n');
        return peer.exit();
      }
      peer.write('stdout', 'one\n');
      const details = {
        status: 'paused',
        snapshot_id: 'snap_1',
        pid: 42,
        stdout_offset: 4,
        stderr_offset: 0,
      };
      peer.send({ type: 'error', code: 'sandbox_not_ready', message: 'Sandbox sb_1 is paused', details });
    });
    const handle = await sandbox.commands.run('make', { background: true, timeoutSecs: 9 });
    const paused = await handle.wait().catch((error: unknown) => error);
    assert.ok(paused instanceof SandboxPausedError);
    assert.deepEqual([paused.snapshotId, paused.pid], ['snap_1', 42]);
    const again = await sandbox.commands.connect(paused.pid!, { offsets: paused.offsets });
    assert.equal((await again.wait()).stdout, 'two\n');
  });

  test('send a timeout only where one holds', async (context) => {
    const timeouts: unknown[] = [];
    const { sandbox } = await connect(context, (peer) => {
      timeouts.push(peer.first.timeout_secs);
      peer.send({ type: 'exec_started', pid: 42 });
      peer.exit();
    });
    const onStdout = () => {};
    await sandbox.commands.run('x', { onStdout, timeoutSecs: 5 });
    await (await sandbox.commands.run('x', { background: true, onStdout })).wait();
    await (await sandbox.commands.run('x', { background: true, timeoutSecs: 7 })).wait();
    assert.deepEqual(timeouts, [5, undefined, 7]);
  });

  test('that cannot start reject with the class of the code', async (context) => {
    const { sandbox } = await connect(context, (peer) =>
      peer.send({
        type: 'error',
        code: 'sandbox_not_found',
        message: 'Sandbox sb_1 was not found',
        request_id: 'req_7',
      }),
    );
    await assert.rejects(sandbox.commands.run('x', { onStdout: () => {} }), (error: unknown) => {
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.requestId, 'req_7');
      return true;
    });
  });

  test('whose channel closes before they run reject', async (context) => {
    const { sandbox } = await connect(context, (peer) => peer.socket.terminate());
    await assert.rejects(sandbox.commands.run('x', { onStdout: () => {} }), { code: 'transport_error' });
  });

  test('whose channel says nothing reject', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let arrived = false;
    const { sandbox } = await connect(context, () => {
      arrived = true;
    });
    const call = assert.rejects(sandbox.commands.run('x', { onStdout: () => {} }), TimeoutError);
    await until(() => arrived, 'the first frame');
    context.mock.timers.tick(30_000);
    await call;
  });

  test('a refused upgrade is explained by the sandbox’s own route', async (context) => {
    const { api, sandbox } = await connect(context, () => {});
    api.server.removeAllListeners('upgrade');
    api.server.on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n'),
    );
    api.server.removeAllListeners('request');
    api.server.on('request', (_, response) => json(response, 401, failure('unauthorized')));
    await assert.rejects(sandbox.commands.run('x', { onStdout: () => {} }), AuthError);
  });

  test('an error that a callback throws ends the call', async (context) => {
    let closed = false;
    const { sandbox } = await connect(context, (peer) => {
      peer.socket.on('close', () => {
        closed = true;
      });
      peer.send({ type: 'exec_started', pid: 42 });
      peer.write('stdout', 'boom');
    });
    const onStdout = () => {
      throw new Error('of the callback');
    };
    await assert.rejects(sandbox.commands.run('x', { onStdout }), /of the callback/);
    await until(() => closed, 'the hang-up');
  });

  test('abort hangs up, before and after the start', async (context) => {
    const closed: string[] = [];
    const { sandbox } = await connect(context, (peer) => {
      peer.socket.on('close', () => closed.push(String(peer.first.command)));
      if (peer.first.command === 'started') {
        peer.send({ type: 'exec_started', pid: 42 });
        peer.write('stdout', 'x');
      }
    });
    for (const command of ['silent', 'started']) {
      const controller = new AbortController();
      const onStdout = () => controller.abort(new Error('enough'));
      const call = sandbox.commands.run(command, { onStdout, signal: controller.signal });
      if (command === 'silent') setImmediate(() => controller.abort(new Error('enough')));
      await assert.rejects(call, /enough/);
    }
    await until(() => closed.includes('started'), 'the hang-up');
  });
});

describe('a handle', () => {
  test('attaches when someone looks, from the first byte', async (context) => {
    const { api, sandbox } = await connect(context, (peer) => {
      assert.deepEqual(peer.first, {
        type: 'exec_connect',
        id: 'exec',
        binary: true,
        window_bytes: 4_194_304,
        pid: 42,
        stdout_offset: 0,
        stderr_offset: 0,
      });
      peer.send({ type: 'exec_started', pid: 42 });
      peer.write('stdout', 'all of it');
      peer.exit(5);
    });
    const handle = await sandbox.commands.run('x', { background: true });
    assert.equal(api.received.length, 2);
    const [first, second] = await Promise.all([handle.wait(), handle.wait({ timeoutSecs: 600 })]);
    assert.equal(first.exitCode, 5);
    assert.equal(first.stdout, 'all of it');
    assert.deepEqual(second, first);
  });

  test('takes no more than a slow reader takes, and gives it all of it', async (context) => {
    const pieces = 200;
    const piece = (number: number) => `${String(number).padStart(8, '0')}${'x'.repeat(99_992)}`;
    let sent = 0;
    let read = 0;
    const { sandbox } = await connect(context, (peer) => {
      peer.send({ type: 'exec_started', pid: 42 });
      const fill = () => {
        for (; sent < pieces && sent * 100_000 - read < 4_194_304; sent++) {
          peer.write('stdout', piece(sent));
          if (sent + 1 === pieces) peer.exit(6);
        }
      };
      fill();
      peer.socket.on('message', (data) => {
        const frame = JSON.parse(String(data));
        assert.equal(frame.type, 'exec_read');
        read = frame.bytes;
        fill();
      });
    });
    const handle = await sandbox.commands.run('x', { background: true });
    const output = handle[Symbol.asyncIterator]();
    await output.next();
    // It has what fills its queue and the window; more would have been asked for by now.
    await sleep(200);
    assert.ok(sent * 100_000 < 7_000_000, `${sent} pieces were sent`);
    let text = piece(0);
    for await (const chunk of output) text += chunk.text;
    assert.equal(text.length, pieces * 100_000);
    for (let number = 0; number < pieces; number++)
      assert.ok(text.startsWith(piece(number), number * 100_000), `piece ${number}`);
    assert.equal((await handle.wait()).exitCode, 6);
  });

  test('gives its output to every reader from the beginning', async (context) => {
    let peer: ExecPeer | undefined;
    const { sandbox } = await connect(context, (client) => {
      peer = client;
      client.send({ type: 'exec_started', pid: 42 });
      client.write('stdout', 'early');
    });
    const handle = await sandbox.commands.connect(42);
    const reading = collect(handle);
    await until(() => peer !== undefined, 'the client');
    peer!.write('stderr', 'late');
    peer!.exit();
    const expected = [
      { stream: 'stdout', text: 'early' },
      { stream: 'stderr', text: 'late' },
    ];
    for (const read of [await reading, await collect(handle)]) {
      const told = read.map(({ stream, text }) => ({ stream, text }));
      assert.deepEqual(told, expected);
      assert.deepEqual(
        read.map(({ data }) => Buffer.from(data).toString()),
        ['early', 'late'],
      );
    }
  });

  test('goes on from its offset after a broken connection', async (context) => {
    const connections: Record<string, unknown>[] = [];
    const { sandbox } = await connect(context, (peer) => {
      connections.push(peer.first);
      peer.send({ type: 'exec_started', pid: 42 });
      if (connections.length === 1) {
        peer.write('stdout', 'grüße ');
        peer.write('stderr', 'e');
        setImmediate(() => peer.socket.terminate());
      } else if (connections.length === 2) {
        peer.send({ type: 'error', code: 'guest_unavailable', message: 'later', request_id: 'req_1' });
      } else {
        peer.write('stdout', 'end');
        peer.exit();
      }
    });
    const handle = await sandbox.commands.run('x', { background: true, onStdout: () => {} });
    const result = await handle.wait();
    assert.equal(result.stdout, 'grüße end');
    assert.deepEqual(
      connections.slice(1).map((first) => [first.type, first.pid, first.stdout_offset, first.stderr_offset]),
      [
        ['exec_connect', 42, 8, 1],
        ['exec_connect', 42, 8, 1],
      ],
    );
  });

  test('rejects when the sandbox ended meanwhile', async (context) => {
    let connections = 0;
    const { sandbox } = await connect(context, (peer) => {
      if (connections++ === 0) {
        peer.send({ type: 'exec_started', pid: 42 });
        setImmediate(() => peer.socket.terminate());
      } else {
        peer.send({ type: 'error', code: 'sandbox_not_found', message: 'gone', request_id: 'req_1' });
      }
    });
    const handle = await sandbox.commands.connect(42);
    await assert.rejects(handle.wait(), NotFoundError);
    await assert.rejects(collect(handle), NotFoundError);
  });

  test('asks after a long silence whether the command still runs', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { api, sandbox } = await connect(context, (peer) => peer.send({ type: 'exec_started', pid: 42 }));
    const handle = await sandbox.commands.connect(42);
    const waiting = assert.rejects(handle.wait(), NotFoundError);
    const asked = () => api.received.filter(({ path }) => path.endsWith('/processes')).length;
    context.mock.timers.tick(30_000);
    await until(() => asked() === 1, 'the question');
    api.server.removeAllListeners('request');
    api.server.on('request', (_, response) => json(response, 404, failure('sandbox_not_found')));
    // The next silence begins once the answer was read.
    const over = { yet: false };
    void waiting.then(() => {
      over.yet = true;
    });
    await until(() => {
      context.mock.timers.tick(1_000);
      return over.yet;
    }, 'the end of the wait');
    await waiting;
  });

  test('a wait that is bounded or aborted leaves the handle usable', async (context) => {
    let peer: ExecPeer | undefined;
    const { sandbox } = await connect(context, (client) => {
      peer = client;
      client.send({ type: 'exec_started', pid: 42 });
    });
    const handle = await sandbox.commands.connect(42);
    await assert.rejects(handle.wait({ timeoutSecs: 0.02 }), TimeoutError);
    await assert.rejects(handle.wait({ signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
    await assert.rejects(handle.wait({ signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    peer!.exit(1);
    assert.equal((await handle.wait()).exitCode, 1);
  });

  test('disconnects, and follows again from the beginning', async (context) => {
    let connections = 0;
    const { sandbox } = await connect(context, (peer) => {
      connections++;
      peer.send({ type: 'exec_started', pid: 42 });
      peer.write('stdout', 'text');
      if (connections === 2) peer.exit();
    });
    const handle = await sandbox.commands.connect(42);
    const waiting = assert.rejects(handle.wait(), { code: 'disconnected' });
    handle.disconnect();
    await waiting;
    assert.equal((await handle.wait()).stdout, 'text');
    assert.equal(connections, 2);
  });

  test('a failed attach can be tried again', async (context) => {
    let connections = 0;
    const { sandbox } = await connect(context, (peer) => {
      if (connections++ === 0) {
        peer.send({
          type: 'error',
          code: 'process_not_found',
          message: 'no process 42',
          request_id: 'req_1',
        });
        return;
      }
      peer.send({ type: 'exec_started', pid: 42 });
      peer.exit();
    });
    const handle = await sandbox.commands.run('x', { background: true });
    await assert.rejects(handle.wait(), NotFoundError);
    assert.equal((await handle.wait()).exitCode, 0);
  });
});

async function collect(handle: CommandHandle) {
  const output = [];
  for await (const chunk of handle) output.push(chunk);
  return output;
}

test('a platform without WebSocket headers says so', async (context) => {
  const api = await startApiServer(context, always(200, sandboxRecord()));
  const sandbox = await Sandbox.connect('sb_1', {
    ...api.connection,
    webSocket: (url, headers) => {
      throw new Error(`${new URL(url).pathname} ${headers.authorization}`);
    },
  });
  await assert.rejects(sandbox.commands.connect(42), /\/v1\/sandboxes\/sb_1\/ws Bearer ns_test_key/);
});
