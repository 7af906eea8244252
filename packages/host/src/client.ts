import { Agent } from 'node:http';
import {
  type Client,
  type ConnectRouter,
  createClient,
  createRouterTransport,
  type ServiceImpl,
} from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { host } from '@nullspace/proto';

/** Typed calls to a host. Refusals carry a code that `readHostError` finds. */
export type HostClient = Client<typeof host.HostService>;

/**
 * Client of the host that listens on a unix socket. Connections are made when a call needs one, so the host may
 * start later or restart; a call made while it is away fails with `Code.Unavailable`.
 *
 * HTTP/1.1, so that a call that hangs holds up no other and raw tunnels can join as upgrades.
 */
export function createHostClient(socketPath: string): HostClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const transport = createConnectTransport({
    baseUrl: 'http://host.invalid',
    httpVersion: '1.1',
    nodeOptions: { socketPath, agent },
  });
  return createClient(host.HostService, transport);
}

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
