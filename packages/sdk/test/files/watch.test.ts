import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type FileEvent, NotFoundError, Sandbox } from '../../src/index.ts';
import { always, startApiServer } from '../support/api-server.ts';
import { type FramePeer, frameChannel } from '../support/frames.ts';
import { sandboxRecord } from '../support/records.ts';
import { until } from '../support/until.ts';

async function connect(context: TestContext, ...scenes: ((peer: FramePeer) => void)[]) {
  const peers: FramePeer[] = [];
  const api = await startApiServer(context, always(200, sandboxRecord()));
  api.onSocket = frameChannel(
    ...scenes.map((scene) => (peer: FramePeer) => {
      peers.push(peer);
      scene(peer);
    }),
  );
  return { files: (await Sandbox.connect('sb_1', api.connection)).files, peers };
}

const started = (peer: FramePeer) => peer.send({ type: 'file_watch_started', path: '/workspace' });
const event = (peer: FramePeer, name: string, more = {}) =>
  peer.send({ type: 'file_event', event: 'create', name, path: `/workspace/${name}`, ...more });

describe('a watch', () => {
  test('gives what happens and ends with its loop', async (context) => {
    const { files, peers } = await connect(context, (peer) => {
      started(peer);
      event(peer, 'a');
      event(peer, 'b', { event: 'rename', old_path: '/workspace/a' });
      event(peer, 'last');
    });
    const seen: FileEvent[] = [];
    for await (const change of await files.watch('.', { recursive: true, user: 'user' })) {
      seen.push(change);
      if (change.name === 'last') break;
    }
    assert.deepEqual(seen.slice(0, 2), [
      { type: 'create', name: 'a', path: '/workspace/a', oldPath: undefined },
      { type: 'rename', name: 'b', path: '/workspace/b', oldPath: '/workspace/a' },
    ]);
    assert.deepEqual(peers[0]!.first, {
      type: 'file_watch',
      id: 'watch',
      path: '.',
      user: 'user',
      recursive: true,
      timeout_secs: null,
    });
    assert.equal(peers[0]!.path, '/v1/sandboxes/sb_1/ws');
    await until(() => peers[0]!.socket.readyState === peers[0]!.socket.CLOSED, 'the close');
  });

  test('goes on after a lost connection and says that something may be missing', async (context) => {
    const { files } = await connect(
      context,
      (peer) => {
        started(peer);
        event(peer, 'before');
        setImmediate(() => peer.socket.terminate());
      },
      (peer) => {
        started(peer);
        event(peer, 'after');
      },
    );
    const seen: string[] = [];
    for await (const { type, name } of await files.watch('/workspace')) {
      seen.push(`${type} ${name}`);
      if (name === 'after') break;
    }
    assert.deepEqual(seen.toSorted(), ['create after', 'create before', 'overflow '].toSorted());
  });

  test('of a directory that is missing or goes away is an error', async (context) => {
    const gone = { type: 'error', code: 'file_not_found', message: 'gone', request_id: 'req_1' };
    const { files } = await connect(
      context,
      (peer) => peer.send(gone),
      (peer) => {
        started(peer);
        event(peer, 'a');
        peer.send(gone);
      },
    );
    await assert.rejects(files.watch('/missing'), NotFoundError);
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { name } of await files.watch('/workspace')) seen.push(name);
    }, NotFoundError);
    assert.deepEqual(seen, ['a']);
  });

  test('ends by itself at its timeout, by the server, by close and by its signal', async (context) => {
    const { files } = await connect(context, started, (peer) => {
      started(peer);
      if (peer.first.path === '/closed') peer.socket.close(1000);
    });
    const count = async (watch: AsyncIterable<FileEvent>) => (await Array.fromAsync(watch)).length;
    assert.equal(await count(await files.watch('/a', { timeoutSecs: 0.05 })), 0);
    assert.equal(await count(await files.watch('/closed')), 0);
    const closed = await files.watch('/b');
    closed.close();
    assert.equal(await count(closed), 0);
    const controller = new AbortController();
    const aborted = await files.watch('/c', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(count(aborted), /enough/);
  });
});
