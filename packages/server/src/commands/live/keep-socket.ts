import type { WebSocket } from 'ws';

const PING_EVERY_MS = 20_000;
/** Pings in a row that a client may leave unanswered. */
const MOST_MISSED = 3;

/** Pings a client, and drops one that has vanished. */
export function keepSocket(socket: WebSocket, { everyMs = PING_EVERY_MS } = {}): void {
  let missed = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  const timer = setInterval(() => {
    // A client that reads slowly answers late; it is not gone.
    if (missed >= MOST_MISSED && socket.bufferedAmount === 0) socket.terminate();
    missed += 1;
    socket.ping();
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
