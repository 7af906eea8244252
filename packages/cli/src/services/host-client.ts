import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { host } from '@nullspace/proto';

/** Calls to the host behind a socket, which only root and the server's account may use. */
export function createHostClient(hostSocket: string): Client<typeof host.HostService> {
  const transport = createConnectTransport({
    httpVersion: '1.1',
    baseUrl: 'http://host',
    nodeOptions: { socketPath: hostSocket },
  });
  return createClient(host.HostService, transport);
}
