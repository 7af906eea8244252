import { openSession } from '../channels/open-session.ts';
import { nodeModule } from '../configuration/runtime.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { Connection } from '../websocket/connection.ts';

type Net = typeof import('node:net');
type Socket = import('node:net').Socket;

export interface ForwardPortOptions {
  /** Port of this machine; 0 lets the system choose. @default 0 */
  localPort?: number;
  /** Address of this machine to listen on. @default '127.0.0.1' */
  host?: string;
  /** Told of each connection that could not be joined with the port, for example because nothing listens there. */
  onError?(error: unknown): void;
}

/** A port of this machine that leads into a sandbox. */
export interface PortForward {
  host: string;
  port: number;
  /** Listens no more and cuts what is open. */
  close(): Promise<void>;
}

/**
 * Listens on a port of this machine and joins each connection with a port of the sandbox's loopback.
 * @throws SandboxError `not_supported` where there is no Node; the system's error when the port is taken.
 */
export async function forwardPort(
  scope: SandboxScope,
  port: number,
  { localPort = 0, host = '127.0.0.1', onError }: ForwardPortOptions,
): Promise<PortForward> {
  const net = nodeModule<Net>('node:net');
  if (!net) throw new SandboxError('Only Node.js can listen on a port.', { code: 'not_supported' });
  const open = new Set<Socket>();
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    join(scope, port, { socket, onError }).catch((error: unknown) => {
      socket.destroy();
      onError?.(error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: localPort }, resolve);
  });
  return {
    host,
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

async function join(
  scope: SandboxScope,
  port: number,
  { socket, onError }: { socket: Socket; onError: ForwardPortOptions['onError'] },
): Promise<void> {
  let window = 0;
  let underWay = 0;
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const session = {
    channel: 'tunnel',
    first: { type: 'tunnel_open', port },
    started: 'tunnel_started',
  } as const;
  let connection: Connection | undefined;
  let passed = 0;
  const acknowledge = (bytes: number) => {
    passed += bytes;
    // What comes before the session is here is acknowledged with the next.
    if (!connection || passed === 0 || gone.signal.aborted) return;
    connection.send({ type: 'tunnel_ack', bytes: passed });
    passed = 0;
  };
  connection = await openSession(
    scope,
    session,
    {
      onBegin(frame) {
        window = Number(frame.window_bytes);
      },
      onBytes(bytes) {
        socket.write(bytes, () => acknowledge(bytes.length));
      },
      onFrame(frame) {
        if (frame.type === 'tunnel_ack') {
          underWay -= Number(frame.bytes);
          if (underWay < window) socket.resume();
        } else if (frame.type === 'tunnel_end') socket.end();
        else if (frame.type === 'error') {
          socket.destroy();
          onError?.(new SandboxError(String(frame.message), { code: String(frame.code) }));
        }
      },
      onClose: () => socket.destroySoon(),
    },
    gone.signal,
  );
  const tunnel = connection;
  socket.once('close', () => tunnel.close());
  if (socket.destroyed) return tunnel.close();
  acknowledge(0);
  socket.on('data', (data: Buffer) => {
    tunnel.sendBytes(data);
    underWay += data.length;
    if (underWay >= window) socket.pause();
  });
  socket.once('end', () => tunnel.send({ type: 'tunnel_end' }));
  socket.resume();
}
