import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { WebSocket } from 'ws';
import { AuthError, Lifecycle, type LifecycleEvent, NotFoundError, Sandbox } from '../../src/index.ts';
import { type ApiServer, always, failure, inTurn, startApiServer } from '../support/api-server.ts';
import { passing } from '../support/passing.ts';
import { eventRecord, sandboxRecord } from '../support/records.ts';

const query = (path: string) => Object.fromEntries(new URL(path, 'http://x').searchParams);

describe('lists of events', () => {
  test('go from page to page by offset', async (context) => {
    const page = (ids: string[], offset: number, more: boolean) =>
      always(200, { events: ids.map((id) => eventRecord(id)), offset, limit: 2, has_more: more });
    const api = await startApiServer(context, inTurn(page(['a', 'b'], 4, true), page(['c'], 6, false)));
    const list = await Lifecycle.list({
      ...api.connection,
      limit: 2,
      offset: 4,
      order: 'asc',
      operation: 'fork',
      status: 'failed',
      from: new Date('2026-01-01T00:00:00Z'),
      sourceSandboxId: 'sb_0',
    });
    const ids = [];
    for await (const event of list) ids.push(event.id);
    assert.deepEqual(ids, ['a', 'b', 'c']);
    assert.deepEqual(query(api.received[0]!.path), {
      operation: 'fork',
      status: 'failed',
      from: '2026-01-01T00:00:00.000Z',
      order: 'asc',
      limit: '2',
      source_sandbox_id: 'sb_0',
      offset: '4',
    });
    assert.equal(query(api.received[1]!.path).offset, '6');
  });

  test('hold whole events', async (context) => {
    const event = eventRecord('a', { reason: 'timeout', target_sandbox_id: 'sb_2', metadata: null });
    const page = { events: [event], offset: 0, limit: 50, has_more: false };
    const api = await startApiServer(context, inTurn(always(200, sandboxRecord()), always(200, page)));
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    const [read] = (await sandbox.listEvents()).items;
    assert.match(api.received[1]!.path, /^\/v1\/sandboxes\/sb_1\/lifecycle\?/);
    assert.deepEqual(
      [read!.reason, read!.targetSandboxId, read!.metadata, read!.occurredAt?.getTime(), read!.snapshotId],
      ['timeout', 'sb_2', {}, Date.parse('2026-03-10T12:00:01Z'), undefined],
    );
  });
});

type Frame = Record<string, unknown>;

/** Serves one connection after another by the given functions, each with the subscription that came. */
function serve(
  api: ApiServer,
  ...connections: ((socket: WebSocket, subscription: Frame) => void)[]
): Frame[] {
  const subscriptions: Frame[] = [];
  api.onSocket = (socket) => {
    socket.once('message', (data) => {
      const subscription = JSON.parse(String(data)) as Frame;
      subscriptions.push(subscription);
      connections[Math.min(subscriptions.length, connections.length) - 1]!(socket, subscription);
    });
  };
  return subscriptions;
}

const send = (socket: WebSocket, frame: object) => socket.send(JSON.stringify(frame));
const subscribed = { type: 'subscribed', subscription: {}, reconnect_mode: 'cursor_replay' };
const give =
  (...ids: string[]) =>
  (socket: WebSocket) => {
    send(socket, subscribed);
    for (const id of ids) send(socket, { type: 'event', event: eventRecord(id) });
  };

async function take(events: AsyncGenerator<LifecycleEvent>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of events) {
    ids.push(id);
    if (ids.length === count) break;
  }
  return ids;
}

const start = (context: TestContext) => startApiServer(context, always(200, { events: [], has_more: false }));

describe('streams of events', () => {
  test('begin with the filters and go on after the event seen last, which comes but once', async (context) => {
    const api = await start(context);
    const subscriptions = serve(
      api,
      (socket) => {
        give('a', 'b')(socket);
        socket.close();
      },
      give('b', 'c'),
    );
    const events = Lifecycle.stream({
      ...api.connection,
      operation: 'create',
      sandboxId: 'sb_1',
      metadata: { a: 1 },
    });
    assert.deepEqual(await take(events, 3), ['a', 'b', 'c']);
    const filters = { type: 'subscribe', operation: 'create', sandbox_id: 'sb_1', metadata: { a: 1 } };
    assert.deepEqual(subscriptions, [
      { ...filters, live_only: false, replay_limit: 100 },
      { ...filters, live_only: false, replay_limit: 100, after_event_id: 'b' },
    ]);
  });

  test('live only says so until there is a cursor', async (context) => {
    const api = await start(context);
    const subscriptions = serve(
      api,
      (socket) => {
        give()(socket);
        socket.terminate();
      },
      (socket) => {
        give('a')(socket);
        socket.terminate();
      },
      give('b'),
    );
    assert.deepEqual(await take(Lifecycle.stream({ ...api.connection, liveOnly: true }), 2), ['a', 'b']);
    assert.deepEqual(
      subscriptions.map(({ live_only }) => live_only),
      [true, true, false],
    );
  });

  test('that are silent for long are opened anew at once, since their connection may be dead', async (context) => {
    const api = await start(context);
    const subscriptions = serve(api, give('a'), give('b'));
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const events = Lifecycle.stream(api.connection);
    assert.equal((await events.next()).value?.id, 'a');
    const next = events.next();
    await passing(context, 60_000, () => subscriptions.length === 2);
    assert.equal((await next).value?.id, 'b');
    assert.equal(subscriptions[1]!.after_event_id, 'a');
  });

  test('of a slow reader are cut, read to the end of what came, and taken up again', async (context) => {
    const api = await start(context);
    const ids = Array.from({ length: 1500 }, (_, index) => `e${index}`);
    let closed: () => void;
    const cut = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const subscriptions = serve(api, (socket, { after_event_id: cursor }) => {
      socket.on('close', () => closed());
      give(...ids.slice(cursor ? ids.indexOf(String(cursor)) + 1 : 0))(socket);
    });
    const events = Lifecycle.stream(api.connection);
    assert.equal((await events.next()).value?.id, 'e0');
    // The reader is busy until so much has come that the connection is given up.
    await cut;
    assert.deepEqual(await take(events, 1499), ids.slice(1));
    assert.equal(subscriptions.length, 2);
  });

  test('an error of the server ends them', async (context) => {
    const api = await start(context);
    serve(api, (socket) => {
      give('a')(socket);
      send(socket, { type: 'error', message: 'invalid message' });
    });
    const events = Lifecycle.stream(api.connection);
    assert.equal((await events.next()).value?.id, 'a');
    await assert.rejects(events.next(), { code: 'websocket_error', message: 'invalid message' });
  });

  test('a refused connection is explained by the list', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        always(200, sandboxRecord()),
        always(404, failure('sandbox_not_found')),
        always(401, failure('unauthorized')),
      ),
    );
    api.onSocket = (socket) => socket.terminate();
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    await assert.rejects(take(sandbox.streamEvents(), 1), NotFoundError);
    await assert.rejects(take(Lifecycle.stream(api.connection), 1), AuthError);
  });

  test('a server that is not there is an error at the beginning', async () => {
    const nobody = { apiKey: 'k', baseUrl: 'http://127.0.0.1:1' };
    await assert.rejects(take(Lifecycle.stream(nobody), 1), { code: 'transport_error' });
  });

  test('end with their signal, also while nothing comes', async (context) => {
    const api = await start(context);
    const ending = new AbortController();
    serve(api, (socket) => {
      send(socket, subscribed);
      setImmediate(() => ending.abort(new Error('enough')));
    });
    await assert.rejects(take(Lifecycle.stream({ ...api.connection, signal: ending.signal }), 1), /enough/);
  });

  test('close their connection when the loop is left', async (context) => {
    const api = await start(context);
    const closed = new Promise<void>((resolve) => {
      serve(api, (socket) => {
        socket.on('close', () => resolve());
        give('a')(socket);
      });
    });
    await take(Lifecycle.stream(api.connection), 1);
    await closed;
  });
});
