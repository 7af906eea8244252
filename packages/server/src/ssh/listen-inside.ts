import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { openTunnel } from '../preview/open-tunnel.ts';

/** A connection that was accepted inside. */
export interface Visitor {
  /** Port that it comes from; 0: it came to a socket. */
  port: number;
  /** Takes it over. @throws {Error} It has gone. */
  take(): Promise<Socket>;
}

/** What listens inside. */
export interface InnerListener {
  /** The port or the path that was taken. */
  bound: string;
  /** Resolves when nothing listens any more. */
  ended: Promise<void>;
  close(): void;
}

/** What an agent may say in one line. */
const MOST_LINE_BYTES = 100;

/**
 * Has the agent listen: on its loopback at a `port` (0: any), at a socket `path`, or at a `private` socket, as `user`.
 *
 * @throws {Error} It cannot.
 */
export async function listenInside(
  live: LiveInstance,
  query: Record<string, string>,
  onVisitor: (visitor: Visitor) => void,
): Promise<InnerListener> {
  const { socket, answer } = await openTunnel(live, { name: 'nullspace-listen', path: '/listen', query });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => socket.destroy());
  socket.once('close', resolve);
  socket.once('end', () => socket.destroy());
  const bound = answer.headers['nullspace-bound'];
  if (typeof bound !== 'string' || bound.length > 300) {
    socket.destroy();
    throw new Error('the agent did not say where it listens');
  }
  guardLines(socket);
  createInterface({ input: socket }).on('line', (line) => {
    const [, id, port] = /^([a-z0-9]{1,40}) (\d{1,5})$/.exec(line) ?? [];
    if (id === undefined) return void socket.destroy();
    onVisitor({
      port: Number(port),
      take: async () =>
        (await openTunnel(live, { name: 'nullspace-dial', path: '/accept', query: { id } })).socket,
    });
  });
  return { bound, ended, close: () => socket.destroy() };
}

/** The guest may be hostile: one that sends a line without an end is not listened to. */
function guardLines(socket: Socket): void {
  let length = 0;
  socket.on('data', (data: Buffer) => {
    const end = data.lastIndexOf(10);
    length = end < 0 ? length + data.length : data.length - end - 1;
    if (length > MOST_LINE_BYTES) socket.destroy();
  });
}
