import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { guest, host } from '@nullspace/proto';
import { guestError } from '../fixtures/guest-error.ts';
import { LiveSocket } from '../fixtures/live-socket.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

type Event = guest.WatchDirectoryResponse['event'];

describe('watches', () => {
  let server: TestServer;
  let id: string;
  let events: Event[];
  let asked: guest.WatchDirectoryRequest[];
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
    server.host.guestOf(id).override.watchDirectory = async function* (request, { signal }) {
      asked.push(request);
      for (const event of events) yield create(guest.WatchDirectoryResponseSchema, { event });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
  });
  beforeEach(() => {
    asked = [];
    events = [started];
  });
  after(() => server.close());

  const started: Event = { case: 'started', value: create(guest.WatchStartedSchema, { path: '/workspace' }) };
  const change = (value: Partial<guest.FileChange>): Event => ({
    case: 'change',
    value: create(guest.FileChangeSchema, value as never),
  });
  const watch = async (more: object = {}, sandboxId = id) => {
    const socket = await new LiveSocket(`${server.url}/v1/sandboxes/${sandboxId}/ws`, server.key).open();
    socket.send({
      type: 'file_watch',
      id: 'w1',
      path: '.',
      user: null,
      recursive: true,
      timeout_secs: null,
      ...more,
    });
    return socket;
  };

  test('tell changes with the id of the client, where things were and that some were lost', async () => {
    events.push(
      change({ kind: 'create', name: 'a/b', path: '/workspace/a/b' }),
      change({ kind: 'create', name: '.nullspace/x', path: '/workspace/.nullspace/x' }),
      change({ kind: 'rename', name: 'c', path: '/workspace/c', oldPath: '/workspace/a/b' }),
      { case: 'overflow', value: create(guest.WatchOverflowSchema) },
    );
    const socket = await watch({ user: 'user' });
    await socket.find(({ event }) => event === 'overflow');
    assert.deepEqual(socket.frames, [
      { type: 'file_watch_started', id: 'w1', path: '/workspace' },
      { type: 'file_event', id: 'w1', event: 'create', name: 'a/b', path: '/workspace/a/b', is_dir: false },
      {
        type: 'file_event',
        id: 'w1',
        event: 'rename',
        name: 'c',
        path: '/workspace/c',
        old_path: '/workspace/a/b',
        is_dir: false,
      },
      { type: 'file_event', id: 'w1', event: 'overflow', name: '', path: '/workspace' },
    ]);
    assert.deepEqual([asked[0]?.target?.user, asked[0]?.recursive], ['user', true]);
    socket.close();
  });

  test('end by themselves after their timeout', async () => {
    const socket = await watch({ timeout_secs: 0.05 });
    assert.equal(await socket.closed(), 1000);
    assert.equal(socket.frames.length, 1);
  });

  test('say that the directory is gone, or was never there', async () => {
    events.push({ case: 'ended', value: create(guest.WatchEndedSchema, { reason: 'removed' }) });
    const socket = await watch();
    const error = await socket.type('error');
    assert.deepEqual([error.id, error.code], ['w1', 'file_not_found']);
    assert.equal(await socket.closed(), 1000);
    const other = await server.createSandbox();
    server.host.guestOf(other).override.watchDirectory = () => {
      throw guestError('not_a_directory');
    };
    assert.match((await (await watch({}, other)).type('error')).message, /is not a directory/);
  });

  test('name the client in refusals, also of a wrong frame', async () => {
    const wrong = await watch({ depth: 3 });
    const error = await wrong.type('error');
    assert.deepEqual([error.id, error.code], ['w1', 'invalid_request']);
    const unknown = await watch({}, 'sb_unknown');
    assert.deepEqual((await unknown.type('error')).code, 'sandbox_not_found');
  });

  test('end with an error when the sandbox ends', async () => {
    const doomed = await server.createSandbox();
    server.host.guestOf(doomed).override.watchDirectory = server.host.guestOf(id).override.watchDirectory!;
    const socket = await watch({}, doomed);
    await socket.type('file_watch_started');
    server.host.end(doomed, { state: host.State.DESTROYED, reason: 'manual' });
    assert.equal((await socket.type('error')).code, 'sandbox_not_found');
  });
});
