import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { listen } from '../../src/preview/listen.ts';

test('a listener holds a bounded number of connections, and has room again when one has gone', async (t) => {
  const listeners = {
    request: (_request: unknown, response: { end(text: string): void }) => response.end('ok'),
    upgrade: () => {},
  };
  const at = { address: '127.0.0.1', port: 0, tls: undefined, mostConnections: 2 };
  const listener = await listen(listeners as never, at);
  t.after(() => listener.close());
  const open = async () => {
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const served = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'close').then(() => false),
    ]);
    return { socket, served };
  };
  const [first, second] = [await open(), await open()];
  assert.deepEqual([first.served, second.served], [true, true]);
  assert.equal((await open()).served, false);
  first.socket.destroy();
  await once(first.socket, 'close');
  // The listener hears of it a moment later.
  for (;;) {
    const next = await open();
    next.socket.destroy();
    if (next.served) break;
  }
  second.socket.destroy();
});
