import { Agent } from 'node:http';
import {
  type Client,
  Code,
  ConnectError,
  type ConnectRouter,
  createClient,
  createRouterTransport,
  type Interceptor,
  type ServiceImpl,
} from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { host } from '@nullspace/proto';

/** Typed calls to a host. Refusals carry a code that `readHostError` finds. */
export type HostClient = Client<typeof host.HostService>;

/**
 * Client of the host that listens on a unix socket. Connections are made when a call needs one, so the host may
 * start later or restart; a call that does not reach it, or loses it, fails with `Code.Unavailable`. A stream that
 * breaks after its first message fails with the transport's own code.
 *
 * HTTP/1.1, so that a call that hangs holds up no other and raw tunnels can join as upgrades.
 */
export function createHostClient(socketPath: string): HostClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const transport = createConnectTransport({
    baseUrl: 'http://host.invalid',
    httpVersion: '1.1',
    nodeOptions: { socketPath, agent },
    // Next door: compressing would only cost time.
    acceptCompression: [],
    interceptors: [nameLostHost],
  });
  return createClient(host.HostService, transport);
}

/** Gives every failure of the socket one code; the transport knows several, "internal" among them. */
const nameLostHost: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    const cause =
      error instanceof ConnectError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (typeof cause?.code !== 'string' || !/^E[A-Z]+$/.test(cause.code)) throw error;
    throw new ConnectError(
      `the host is away: ${cause.message}`,
      Code.Unavailable,
      undefined,
      undefined,
      cause,
    );
  }
};

/** Client of a host in this process: an implementation of the service, or the routes of a real host. */
export function createInMemoryHostClient(
  implementation: Partial<ServiceImpl<typeof host.HostService>> | ((router: ConnectRouter) => void),
): HostClient {
  const routes =
    typeof implementation === 'function'
      ? implementation
      : (router: ConnectRouter) => {
          router.service(host.HostService, implementation);
        };
  return createClient(host.HostService, createRouterTransport(routes));
}
