import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, NotFoundError, Sandbox, TimeoutError } from '../../src/index.ts';
import { always, json, startApiServer } from '../support/api-server.ts';
import { type FramePeer, frameChannel } from '../support/frames.ts';
import { sandboxRecord } from '../support/records.ts';
import { until } from '../support/until.ts';

const record = {
  session_id: 'ses_1',
  pid: 42,
  cols: 80,
  rows: 24,
  command: 'bash',
  started_at: '2026-03-10T12:00:00.000Z',
};

async function connect(context: TestContext, ...scenes: ((peer: FramePeer) => void)[]) {
  const peers: FramePeer[] = [];
  const api = await startApiServer(context, ({ method, path }, response) => {
    if (!path.includes('/pty')) return json(response, 200, sandboxRecord());
    if (method === 'DELETE' || path.endsWith('/resize')) return json(response, 204);
    json(response, 200, path.endsWith('/pty') ? [record] : record);
  });
  api.onSocket = frameChannel(
    ...scenes.map((scene) => (peer: FramePeer) => {
      peers.push(peer);
      scene(peer);
    }),
  );
  const { pty } = await Sandbox.connect('sb_1', api.connection);
  api.received.length = 0;
  return { pty, peers, received: api.received };
}

const started = (peer: FramePeer) =>
  peer.send({ type: 'pty_started', session_id: 'ses_1', pid: 42, cols: 100, rows: 40 });
const output = (peer: FramePeer, text: string | Uint8Array, offset: number) =>
  peer.send({ type: 'pty_output', data_base64: Buffer.from(text).toString('base64'), offset });
const exit = (peer: FramePeer, code = 0) => {
  peer.send({ type: 'pty_exited', exit_code: code });
  peer.socket.close(1000);
};
const textOf = async (chunks: AsyncIterable<Uint8Array>) =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();

describe('a terminal', () => {
  test('is created, typed into, resized and killed', async (context) => {
    const { pty, peers } = await connect(context, (peer) => {
      started(peer);
      output(peer, '$ ', 0);
    });
    const session = await pty.create({ cols: 100, rows: 40, cwd: '/tmp', envs: { A: 'b' }, user: 'user' });
    assert.deepEqual([session.id, session.pid, session.cols, session.rows], ['ses_1', 42, 100, 40]);
    await session.write('ls\n');
    await session.write(new Uint8Array([3, 255]));
    await session.resize(120, 50);
    await session.kill();
    const [peer] = peers;
    await until(() => peer!.frames.length === 4, 'four frames');
    exit(peer!, 137);
    assert.equal(await textOf(session), '$ ');
    assert.deepEqual(await session.wait(), { exitCode: 137 });
    assert.equal(peer!.path, '/v1/sandboxes/sb_1/ws?channel=pty');
    assert.deepEqual(peer!.first, {
      type: 'pty_start',
      id: 'pty',
      window_bytes: 1_048_576,
      cols: 100,
      rows: 40,
      cwd: '/tmp',
      envs: { A: 'b' },
      user: 'user',
    });
    const to = { id: 'pty', session_id: 'ses_1' };
    assert.deepEqual(peer!.frames, [
      { ...to, type: 'pty_input', data: 'ls\n' },
      { ...to, type: 'pty_input', data_base64: 'A/8=' },
      { ...to, type: 'pty_resize', cols: 120, rows: 50 },
      { ...to, type: 'pty_kill' },
    ]);
    await assert.rejects(session.write('x'), { code: 'conflict' });
  });

  test('refuses a size that no terminal has before it ends the connection', async (context) => {
    const { pty, peers } = await connect(context, (peer) => started(peer));
    const session = await pty.create();
    for (const [cols, rows] of [
      [0, 1],
      [80, 1001],
      [1.5, 20],
      [Number.NaN, 20],
    ] as const)
      await assert.rejects(session.resize(cols, rows), /must be a whole number from 1 to 1000/);
    await session.resize(1000, 1);
    await until(() => peers[0]!.frames.length === 1, 'the size that is one');
    assert.equal(peers[0]!.frames[0]!.cols, 1000);
    session.disconnect();
    await assert.rejects(session.wait());
  });

  test('runs a program of its own', async (context) => {
    const { pty, peers } = await connect(context, (peer) => {
      started(peer);
      exit(peer);
    });
    await (await pty.create({ command: ['python3', '-i'] })).wait();
    const { command, args, cols, rows } = peers[0]!.first;
    assert.deepEqual([command, args, cols, rows], ['python3', ['-i'], 120, 30]);
  });

  test('gives every byte to onData, also those that come with the first frame', async (context) => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { pty } = await connect(context, (peer) => {
      started(peer);
      output(peer, all, 0);
      exit(peer, 3);
    });
    const seen: Uint8Array[] = [];
    const session = await pty.create({ onData: (data) => seen.push(data) });
    assert.deepEqual(await session.wait(), { exitCode: 3 });
    assert.deepEqual([...Buffer.concat(seen)], [...all]);
  });

  test('goes on after a lost connection at the byte that was read last', async (context) => {
    const { pty, peers } = await connect(
      context,
      (peer) => {
        started(peer);
        output(peer, 'one ', 500);
        setImmediate(() => peer.socket.terminate());
      },
      (peer) => {
        started(peer);
        output(peer, 'two', 504);
        exit(peer);
      },
    );
    const session = await pty.connect('ses_1');
    assert.equal(await textOf(session), 'one two');
    const joined = { type: 'pty_connect', id: 'pty', session_id: 'ses_1', window_bytes: 1_048_576 };
    assert.deepEqual(peers[0]!.first, joined);
    assert.deepEqual(peers[1]!.first, { ...joined, offset: 504 });
  });

  test('is read no faster than its reader takes it', async (context) => {
    const piece = 100_000;
    const total = 50 * piece;
    let sent = 0;
    const { pty, peers } = await connect(context, (peer) => {
      started(peer);
      const fill = () => {
        const read = Number(peer.frames.findLast(({ type }) => type === 'pty_read')?.bytes ?? 0);
        for (; sent < total && sent - read < 1_048_576; sent += piece) {
          output(peer, 'x'.repeat(piece), sent);
          if (sent + piece === total) exit(peer, 4);
        }
      };
      fill();
      peer.socket.on('message', () => setImmediate(fill));
    });
    const session = await pty.connect(42);
    const chunks = session[Symbol.asyncIterator]();
    await chunks.next();
    // It has what fills its queue and the window; more would have been asked for by now.
    await sleep(200);
    assert.ok(sent < 3_000_000, `${sent} bytes were sent`);
    let length = piece;
    for await (const chunk of chunks) length += chunk.length;
    assert.equal(length, total);
    assert.deepEqual(await session.wait(), { exitCode: 4 });
    assert.equal(peers.length, 1);
  });

  test('is killed by another way when what was typed is in the way', async (context) => {
    const { pty, peers, received } = await connect(context, started);
    const session = await pty.connect('ses_1');
    await session.kill();
    await until(() => received.some(({ method }) => method === 'DELETE'), 'the other way');
    assert.equal(received.at(-1)!.path, '/v1/sandboxes/sb_1/pty/ses_1');
    exit(peers[0]!, 137);
    assert.deepEqual(await session.wait(), { exitCode: 137 });
  });

  test('is piped into and left running', async (context) => {
    const { pty, peers } = await connect(context, started);
    const session = await pty.connect('ses_1');
    await new Blob(['typed']).stream().pipeTo(session.writable);
    await until(() => peers[0]!.frames.length === 1, 'the input');
    assert.equal(peers[0]!.frames[0]!.data_base64, 'dHlwZWQ=');
    await assert.rejects(session.wait({ timeoutSecs: 0.01 }), TimeoutError);
    await session[Symbol.asyncDispose]();
    await assert.rejects(session.wait(), { code: 'disconnected' });
    await until(() => peers[0]!.socket.readyState === peers[0]!.socket.CLOSED, 'the close');
    assert.ok(peers[0]!.frames.every((frame) => frame.type !== 'pty_kill'));
  });

  test('that is not there, or whose sandbox ends, is an error', async (context) => {
    const error = (code: string) => ({ type: 'error', code, message: 'gone', request_id: 'req_1' });
    const { pty } = await connect(
      context,
      (peer) => peer.send(error('pty_not_found')),
      (peer) => {
        started(peer);
        peer.send(error('sandbox_not_found'));
      },
      (peer) => {
        started(peer);
        peer.send(error('conflict'));
      },
    );
    await assert.rejects(pty.connect('ses_2'), NotFoundError);
    await assert.rejects((await pty.connect('ses_1')).wait(), NotFoundError);
    await assert.rejects(textOf(await pty.connect('ses_1')), ConflictError);
  });

  test('is listed, looked at, resized and killed without attaching', async (context) => {
    const { pty, received } = await connect(context, started);
    const info = {
      sessionId: 'ses_1',
      pid: 42,
      cols: 80,
      rows: 24,
      command: 'bash',
      startedAt: new Date('2026-03-10T12:00:00Z'),
      exitCode: undefined,
    };
    assert.deepEqual(await pty.list(), [info]);
    assert.deepEqual(await pty.get('ses_1'), info);
    await pty.resize('ses_1', 90, 20);
    await pty.kill('ses_1');
    await assert.rejects(pty.get('../x'), { code: 'invalid_request' });
    assert.deepEqual(
      received.map(({ method, path, body }) => [method, path, body]),
      [
        ['GET', '/v1/sandboxes/sb_1/pty', undefined],
        ['GET', '/v1/sandboxes/sb_1/pty/ses_1', undefined],
        ['POST', '/v1/sandboxes/sb_1/pty/ses_1/resize', { cols: 90, rows: 20 }],
        ['DELETE', '/v1/sandboxes/sb_1/pty/ses_1', undefined],
      ],
    );
  });
});

test('a server that has no terminals says so', async (context) => {
  const api = await startApiServer(context, always(200, sandboxRecord()));
  api.onSocket = frameChannel((peer) =>
    peer.send({ type: 'error', code: 'not_implemented', message: 'no terminals', request_id: 'req_1' }),
  );
  const { pty } = await Sandbox.connect('sb_1', api.connection);
  await assert.rejects(pty.create(), { code: 'not_implemented' });
});
