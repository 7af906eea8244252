import { once } from 'node:events';
import { chmod, chown, rename, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { host as proto } from '@nullspace/proto';
import { serveUnary } from '../connect/serve-unary.ts';
import type { HostService } from '../host-service.ts';

// Linux: sizeof(sun_path), its closing NUL included.
const longestSocketPath = 107;
const largestRequestBytes = 4 * 1024 * 1024;

/**
 * Serves a host on a unix socket that root and one group may use. The socket appears only when it has its rights;
 * one that is there already is replaced.
 */
export async function listen(
  service: HostService,
  options: { socketPath: string; group: number | undefined },
): Promise<Server> {
  const { socketPath, group } = options;
  const temporary = `${socketPath}.new`;
  if (Buffer.byteLength(temporary) > longestSocketPath) {
    throw new Error(
      `socket path ${socketPath} is too long: ${longestSocketPath - 4} bytes at most; set host_socket or a shorter data_dir`,
    );
  }
  const others = connectNodeAdapter({
    routes: (router) => router.service(proto.HostService, service),
    readMaxBytes: largestRequestBytes,
  });
  const server = createServer(
    serveUnary(proto.HostService, service, { maxBytes: largestRequestBytes, others }),
  );
  // A connection that the server closes for idling can meet a call that the client has just sent.
  server.keepAliveTimeout = 0;
  await rm(temporary, { force: true });
  server.listen(temporary);
  await once(server, 'listening');
  if (group !== undefined) await chown(temporary, 0, group);
  await chmod(temporary, group === undefined ? 0o600 : 0o660);
  await rename(temporary, socketPath);
  return server;
}
