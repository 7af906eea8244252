import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What stands before an authority: counts what is asked of it, and can answer in its place. */
export interface Doorway {
  port: number;
  /** Paths that the authority has served without an error, without their ids. */
  served: string[];
  /** Answers in place of the authority; undefined lets a request through. Set by tests. */
  instead: (path: string) => Promise<Answer | 'hang up' | undefined> | Answer | 'hang up' | undefined;
  close(): void;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export async function openDoorway(options: { target: () => number; pem: string }): Promise<Doorway> {
  const { target, pem } = options;
  const sockets = new Set<Socket>();
  const doorway: Doorway = { port: 0, served: [], instead: () => undefined, close };
  const server = createServer({ cert: pem, key: pem }, async (asked, answered) => {
    const path = asked.url!;
    const instead = await doorway.instead(path);
    if (instead === 'hang up') return void asked.socket.destroy();
    if (instead) return void answered.writeHead(instead.status, instead.headers).end(instead.body);
    const { method, headers } = asked;
    const forwarded = request(
      {
        host: '127.0.0.1',
        port: target(),
        path,
        method,
        headers,
        ca: pem,
        servername: 'localhost',
        agent: false,
      },
      (answer) => {
        // It refuses some at random, as its way of testing clients.
        if (answer.statusCode! < 400) doorway.served.push(path.split('/')[1]!);
        answered.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(answered);
      },
    );
    forwarded.on('error', () => asked.socket.destroy());
    asked.pipe(forwarded);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  doorway.port = (server.address() as AddressInfo).port;
  return doorway;

  function close() {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}
