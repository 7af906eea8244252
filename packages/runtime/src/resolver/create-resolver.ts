import type { Socket } from 'node:dgram';
import type { AddressInfo, Server } from 'node:net';
import type { LookupGate } from '../engine.ts';
import { RuntimeFailure } from '../errors.ts';
import { createAnswerer } from './answer.ts';
import { createSystemNameservers, parseNameserver } from './nameservers.ts';
import { serveTcp } from './serve-tcp.ts';
import { serveUdp } from './serve-udp.ts';

export interface ResolverOptions {
  /** Address to listen on: one of the network's `nameservers`. */
  address: string;
  /** Port for UDP and TCP; 0 lets the system choose. @default 53 */
  port?: number;
  /**
   * Nameservers that lookups are forwarded to, each an IP address with an optional port.
   * @default those of the machine's /etc/resolv.conf, read again as it changes
   */
  nameservers?: string[];
  /** Whether a guest may look names up. Others are refused. */
  mayResolve(address: string): boolean;
  /** Names that guests may reach. @default none is treated in its own way */
  lookups?: LookupGate;
  /** Milliseconds that one nameserver is given to answer. @default 2000 */
  timeoutMs?: number;
  /** Told of failures of the resolver's own sockets. */
  onError?: (error: Error) => void;
}

/** Guests' resolver: a bounded forwarder that never lets a guest wait when there is no one to ask. */
export interface Resolver {
  /** Port it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the resolver. Rejects when the address or port cannot be listened on. */
export async function createResolver(options: ResolverOptions): Promise<Resolver> {
  const { address, port = 53, nameservers = [], mayResolve, lookups } = options;
  const { timeoutMs = 2000, onError = () => {} } = options;
  const configured = nameservers.map(parseNameserver);
  const answer = createAnswerer({
    mayResolve,
    lookups,
    nameservers: configured.length > 0 ? async () => configured : createSystemNameservers(),
    timeoutMs,
  });
  let server: Server | undefined;
  let socket: Socket;
  try {
    server = await serveTcp({ address, port, answer, onError });
    socket = await serveUdp({ address, port: (server.address() as AddressInfo).port, answer, onError });
  } catch (cause) {
    server?.close();
    throw new RuntimeFailure(
      `The guests' resolver cannot listen on ${address}:${port}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  const listening = server;
  const connections = new Set<{ destroy(): void }>();
  listening.on('connection', (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  return {
    port: socket.address().port,
    async close() {
      for (const connection of connections) connection.destroy();
      await Promise.all([
        new Promise<void>((resolve) => listening.close(() => resolve())),
        new Promise<void>((resolve) => socket.close(() => resolve())),
      ]);
    },
  };
}
