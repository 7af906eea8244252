import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lifecycleServerFrame } from '@nullspace/contract';
import { WebSocket } from 'ws';
import { expectError } from '../fixtures/expect-error.ts';
import { LiveSocket } from '../fixtures/live-socket.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

const path = '/v1/lifecycle/ws';

describe('event streams', () => {
  let server: TestServer;
  const sockets: LiveSocket[] = [];
  before(async () => {
    server = await startTestServer();
  });
  after(async () => {
    for (const socket of sockets) socket.close();
    await server.close();
  });

  const open = async (frame: unknown, options: { path?: string; key?: string } = {}) => {
    const socket = new LiveSocket(server.url + (options.path ?? path), options.key ?? server.key);
    sockets.push(socket);
    await socket.open();
    socket.send(frame);
    return socket;
  };
  const eventsOf = (socket: LiveSocket) =>
    socket.frames.filter(({ type }) => type === 'event').map(({ event }) => event);
  const idsOf = (socket: LiveSocket) => eventsOf(socket).map(({ id }) => id);
  const gets = (socket: LiveSocket, sandboxId: string, operation: string, status = 'succeeded') =>
    socket.find(
      ({ event }) =>
        event?.sandbox_id === sandboxId && event.operation === operation && event.status === status,
    );
  const everything = async (key = server.key) => {
    const answer = await server.call('GET', '/v1/lifecycle/events?order=asc&limit=1000', undefined, { key });
    return answer.body.events;
  };

  test('begin with the past, go on live, and every frame is of the contract', async () => {
    const key = await server.makeKey('replay');
    const call = (method: string, to: string, body?: object) => server.call(method, to, body, { key });
    const first = (await call('POST', '/v1/sandboxes', {})).body.id;
    const socket = await open({ type: 'subscribe' }, { key });
    await gets(socket, first, 'create');
    await call('DELETE', `/v1/sandboxes/${first}`);
    const second = (await call('POST', '/v1/sandboxes', {})).body.id;
    await gets(socket, second, 'create');
    assert.deepEqual(socket.frames[0], {
      type: 'subscribed',
      subscription: {},
      reconnect_mode: 'cursor_replay',
    });
    for (const frame of socket.frames) lifecycleServerFrame.parse(frame);
    assert.deepEqual(eventsOf(socket), await everything(key));
  });

  test('replay at most as many as asked for, the newest, oldest first', async () => {
    const key = await server.makeKey('limit');
    for (let n = 0; n < 3; n++) await server.call('POST', '/v1/sandboxes', {}, { key });
    const events = await everything(key);
    const two = await open({ type: 'subscribe', replay_limit: 2 }, { key });
    const unknown = await open({ type: 'subscribe', replay_limit: 2, after_event_id: 'evt_x' }, { key });
    for (const socket of [two, unknown]) {
      await socket.find(({ event }) => event?.id === events.at(-1).id);
      assert.deepEqual(eventsOf(socket), events.slice(-2));
    }
    assert.equal((await unknown.type('subscribed')).cursor_found, false);
    const none = await open({ type: 'subscribe', live_only: true, after_event_id: events[0].id }, { key });
    assert.equal((await none.type('subscribed')).reconnect_mode, 'live_only');
    const { body } = await server.call('POST', '/v1/sandboxes', {}, { key });
    await gets(none, body.id, 'create');
    assert.deepEqual(
      eventsOf(none).map(({ sandbox_id }) => sandbox_id),
      [body.id, body.id],
    );
  });

  test('go on after a cursor with everything since, whatever the limit, also after a restart', async () => {
    const key = await server.makeKey('cursor');
    for (let n = 0; n < 3; n++) await server.call('POST', '/v1/sandboxes', {}, { key });
    await server.restart();
    const events = await everything(key);
    const frame = { type: 'subscribe', after_event_id: events[0].id, replay_limit: 1, live_only: false };
    const socket = await open(frame, { key });
    assert.equal((await socket.type('subscribed')).cursor_found, true);
    await socket.find(({ event }) => event?.id === events.at(-1).id);
    assert.deepEqual(eventsOf(socket), events.slice(1));
  });

  test('send what the filters let through', async () => {
    const red = await server.createSandbox({ metadata: { team: 'red', size: { a: 1, b: [2] } } });
    const blue = await server.createSandbox({ metadata: { team: 'blue' } });
    const byLabel = await open({ type: 'subscribe', metadata: { team: 'red', size: { b: [2], a: 1 } } });
    const byOperation = await open({
      type: 'subscribe',
      operation: 'destroy',
      status: 'succeeded',
      audience: 'customer',
    });
    const bySandbox = await open({ type: 'subscribe', sandbox_id: blue });
    const byPath = await open({ type: 'subscribe' }, { path: `/v1/sandboxes/${blue}/lifecycle/ws` });
    await server.call('DELETE', `/v1/sandboxes/${red}`);
    await server.call('DELETE', `/v1/sandboxes/${blue}`);
    await gets(byLabel, red, 'destroy');
    for (const socket of [byOperation, bySandbox, byPath]) await gets(socket, blue, 'destroy');
    const of = (socket: LiveSocket) => new Set(eventsOf(socket).map(({ sandbox_id }) => sandbox_id));
    assert.deepEqual(of(byLabel), new Set([red]));
    assert.deepEqual(of(bySandbox), new Set([blue]));
    assert.deepEqual(of(byPath), new Set([blue]));
    assert.deepEqual(new Set(eventsOf(byOperation).map(({ operation }) => operation)), new Set(['destroy']));
    assert.deepEqual(idsOf(bySandbox), idsOf(byPath));
    assert.deepEqual((await byPath.type('subscribed')).subscription, { sandbox_id: blue });
  });

  test("never show another tenant's events", async () => {
    const key = await server.makeKey('eavesdropper');
    const id = await server.createSandbox();
    const socket = await open({ type: 'subscribe', sandbox_id: id }, { key });
    const byCursor = await open({ type: 'subscribe', after_event_id: (await everything())[0].id }, { key });
    await socket.type('subscribed');
    assert.equal((await byCursor.type('subscribed')).cursor_found, false);
    await server.call('DELETE', `/v1/sandboxes/${id}`);
    const { body } = await server.call('POST', '/v1/sandboxes', {}, { key });
    await gets(byCursor, body.id, 'create');
    assert.deepEqual(new Set(eventsOf(byCursor).map(({ sandbox_id }) => sandbox_id)), new Set([body.id]));
    assert.deepEqual(eventsOf(socket), []);
    const refused = await open({ type: 'subscribe' }, { path: `/v1/sandboxes/${id}/lifecycle/ws`, key });
    assert.equal((await refused.type('error')).code, 'sandbox_not_found');
    assert.equal(await refused.closed(), 1000);
  });

  test('answer a wrong first frame with an error and close', async () => {
    const wrong: [unknown, RegExp][] = [
      ['<<not json>>', /must be JSON/],
      ['[]', /invalid message/],
      [{ type: 'unsubscribe' }, /type/],
      [{ type: 'subscribe', colour: 'red' }, /^invalid message: colour: is not known here$/],
      [{ type: 'subscribe', operation: 'explode' }, /operation/],
      [{ type: 'subscribe', audience: 'internal' }, /audience/],
      [{ type: 'subscribe', replay_limit: 1001 }, /replay_limit/],
      [{ type: 'subscribe', replay_limit: -1 }, /replay_limit/],
      [{ type: 'subscribe', after_event_id: '' }, /after_event_id/],
      [{ type: 'subscribe', metadata: [] }, /metadata/],
      [
        {
          type: 'subscribe',
          metadata: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, n])),
        },
        /metadata: must have at most 64 keys/,
      ],
    ];
    for (const [frame, message] of wrong) {
      const socket = await open(frame);
      const error = await socket.type('error');
      assert.match(error.message, /^invalid message/);
      assert.match(error.message, message);
      assert.equal(error.code, 'invalid_request');
      assert.equal(await socket.closed(), 1000);
      assert.equal(socket.frames.length, 1);
    }
  });

  test('are refused before the upgrade without a key, and as plain HTTP', async () => {
    expectError(await server.call('GET', path), 'upgrade_required');
    const stranger = new WebSocket(server.url.replace('http', 'ws') + path, {
      headers: { authorization: 'Bearer ns_live_wrong' },
    });
    const status = await new Promise((resolve) => {
      stranger.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    assert.equal(status, 401);
    stranger.on('error', () => undefined).terminate();
  });
});

test('one tenant may have so many streams open', async () => {
  const server = await startTestServer({ tenant_max_requests: 2 });
  const sockets = [1, 2].map(() => new LiveSocket(server.url + path, server.key));
  try {
    for (const socket of sockets) {
      await socket.open();
      socket.send({ type: 'subscribe' });
      await socket.type('subscribed');
    }
    await assert.rejects(new LiveSocket(server.url + path, server.key).open(), /429/);
    const other = new LiveSocket(server.url + path, await server.makeKey('other'));
    sockets.push(other);
    await other.open();
  } finally {
    for (const socket of sockets) socket.close();
    await server.close();
  }
});
