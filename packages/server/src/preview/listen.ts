import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Settings } from '@nullspace/configuration';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Listeners {
  request: RequestListener;
  upgrade: UpgradeListener;
}

/** Certificate and key of previews; undefined: they are served without TLS. */
export interface Tls {
  cert: Buffer;
  key: Buffer;
}

export async function readTls(
  settings: Pick<Settings, 'preview_tls_cert' | 'preview_tls_key'>,
): Promise<Tls | undefined> {
  const { preview_tls_cert: cert, preview_tls_key: key } = settings;
  if (!cert && !key) return undefined;
  if (!cert || !key) throw new Error('preview_tls_cert and preview_tls_key go together: set both or none');
  return { cert: await readFile(cert), key: await readFile(key) };
}

const options = {
  // Uploads may take as long as they take; the service inside decides.
  requestTimeout: 0,
  headersTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  noDelay: true,
};

/** Listens for requests to previews. */
export async function listen(
  listeners: Listeners,
  at: { address: string; port: number; tls: Tls | undefined },
): Promise<{ server: Server; port: number }> {
  const server = at.tls ? createTlsServer({ ...options, ...at.tls }) : createServer(options);
  server.on('request', listeners.request);
  server.on('upgrade', listeners.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** Closes a listener together with all that came through it. */
export function closeListener(server: Server): void {
  server.close();
  server.closeAllConnections();
}
