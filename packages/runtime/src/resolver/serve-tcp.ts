import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answerer } from './answer.ts';
import { askOverTcp } from './ask-tcp.ts';
import { createFrame, createFrameReader } from './frames.ts';

const LONGEST_QUERY = 1232;
const IDLE_MS = 10_000;

/** Most connections at the same moment: of one guest, and of all. */
const GUEST_CONNECTIONS = 8;
const TOTAL_CONNECTIONS = 512;

/** Answers lookups over TCP. Resolves once it listens. */
export async function serveTcp(options: {
  address: string;
  port: number;
  answer: Answerer;
  onError(error: Error): void;
}): Promise<Server> {
  const { address, port, answer, onError } = options;
  const connections = new Map<string, number>();
  const server = createServer((socket) => {
    const guest = socket.remoteAddress;
    const own = connections.get(guest ?? '') ?? 0;
    if (guest === undefined || own >= GUEST_CONNECTIONS) return socket.destroy();
    connections.set(guest, own + 1);
    socket.on('close', () => {
      const left = (connections.get(guest) ?? 1) - 1;
      if (left > 0) connections.set(guest, left);
      else connections.delete(guest);
    });
    serveConnection(socket, { guest, answer, onError });
  });
  server.maxConnections = TOTAL_CONNECTIONS;
  server.listen(port, address);
  await once(server, 'listening');
  server.on('error', onError);
  return server;
}

/** Reads one query after the other; the next is read when the last is answered. */
function serveConnection(
  socket: Socket,
  options: { guest: string; answer: Answerer; onError(error: Error): void },
): void {
  const { guest, answer, onError } = options;
  const reader = createFrameReader({ maxLength: LONGEST_QUERY });

  async function serve(chunk: Buffer): Promise<void> {
    const messages = reader.push(chunk);
    if (messages === undefined) {
      socket.destroy();
      return;
    }
    for (const message of messages) {
      const reply = await answer(message, guest, askOverTcp);
      if (reply === undefined || socket.destroyed) {
        socket.destroy();
        return;
      }
      socket.write(createFrame(reply));
    }
  }

  socket.setTimeout(IDLE_MS, () => socket.destroy());
  // A guest may hang up at any moment.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    socket.pause();
    serve(chunk)
      .then(() => socket.resume())
      .catch(onError);
  });
}
