import type { WebSocket } from 'ws';

const PING_EVERY_MS = 20_000;
/** Pings in a row that a client may leave unanswered. */
const MOST_MISSED = 3;
/** Looks in a row at which a client may have read nothing of what waits for it: five minutes. */
const MOST_STALLED = 15;

/** Pings a client, and drops one that has vanished or reads nothing for long. */
export function keepSocket(socket: WebSocket, { everyMs = PING_EVERY_MS } = {}): void {
  let missed = 0;
  let stalled = 0;
  let waiting = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  const timer = setInterval(() => {
    const { bufferedAmount } = socket;
    stalled = bufferedAmount > 0 && bufferedAmount === waiting ? stalled + 1 : 0;
    waiting = bufferedAmount;
    if (stalled >= MOST_STALLED) return socket.terminate();
    // A client that reads slowly answers late; it is not gone.
    if (bufferedAmount > 0) return;
    if (missed >= MOST_MISSED) return socket.terminate();
    missed += 1;
    socket.ping();
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
