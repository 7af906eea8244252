import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Settings } from '@nullspace/configuration';
import { adaptHttp2, endIdle } from './adapt-http2.ts';
import { adaptTarget } from './adapt-target.ts';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Listeners {
  request: RequestListener;
  upgrade: UpgradeListener;
}

/** Certificate and key of previews. */
export interface Tls {
  cert: Buffer;
  key: Buffer;
}

/** How previews are served: "awaited" refuses every handshake until a certificate is there; undefined is without TLS. */
export type Transport = Tls | 'awaited' | undefined;

/** A place where requests to previews come in. */
export interface Listener {
  port: number;
  /** Takes another certificate for connections from now on. */
  renew(tls: Tls): void;
  /** Closes it together with all that came through it. */
  close(): void;
}

export async function readTls(
  settings: Pick<Settings, 'preview_tls_cert' | 'preview_tls_key'>,
): Promise<Tls | undefined> {
  const { preview_tls_cert: cert, preview_tls_key: key } = settings;
  if (!cert && !key) return undefined;
  if (!cert || !key) throw new Error('preview_tls_cert and preview_tls_key go together: set both or none');
  return { cert: await readFile(cert), key: await readFile(key) };
}

const maxHeaderSize = 32 * 1024;

/**
 * Connections at one listener at the same moment; further ones are closed at once. Whoever opens as many as there are
 * descriptors would otherwise keep others from the API, which the same process serves.
 */
const MOST_CONNECTIONS = 10_000;

const timeouts = {
  // Uploads may take as long as they take; the service inside decides.
  requestTimeout: 0,
  headersTimeout: 30_000,
  keepAliveTimeout: 65_000,
};

/** Listens for requests to previews: over TLS by HTTP/2 as well. */
export async function listen(
  listeners: Listeners,
  at: {
    address: string;
    port: number;
    tls: Transport;
    /** @default 10000 */
    mostConnections?: number;
  },
): Promise<Listener> {
  const server = at.tls
    ? createTlsServer(at.tls)
    : createServer({ ...timeouts, maxHeaderSize, noDelay: true });
  server.maxConnections = at.mostConnections ?? MOST_CONNECTIONS;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request: IncomingMessage | Http2ServerRequest, response: ServerResponse) => {
    listeners.request(adaptTarget(adaptHttp2(request)), response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    listeners.upgrade(adaptTarget(request), socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    renew(tls) {
      if ('setSecureContext' in server) server.setSecureContext(tls);
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Clients choose; WebSockets come by HTTP/1.1. */
function createTlsServer(tls: Tls | 'awaited'): Server | Http2SecureServer {
  const server = createSecureServer({
    ...(tls === 'awaited' ? {} : tls),
    allowHTTP1: true,
    maxHeaderSize,
    noDelay: true,
    settings: { maxConcurrentStreams: 128, maxHeaderListSize: maxHeaderSize },
  } as Parameters<typeof createSecureServer>[0]);
  server.on('session', (session) => endIdle(session, timeouts.keepAliveTimeout));
  return Object.assign(server, timeouts);
}
