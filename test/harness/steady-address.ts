import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Installation } from './installation.ts';

/**
 * An address that leads to the server of an installation wherever it listens now, and cuts what it cuts.
 *
 * @param onAnswer Called with what the server answers, as it goes by.
 */
export async function steadyAddress(
  context: { after(hook: () => Promise<void>): void },
  installation: Installation,
  onAnswer: (bytes: Buffer) => void = () => {},
): Promise<string> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const front = createServer((inner) => {
    const { hostname, port } = new URL(installation.url);
    const outer = connect(Number(port), hostname);
    outer.on('data', onAnswer);
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      keep(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  context.after(async () => {
    for (const socket of sockets) socket.destroy();
    front.close();
  });
  return `http://127.0.0.1:${(front.address() as { port: number }).port}`;
}
