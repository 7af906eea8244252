import { Agent } from 'node:http';
import type { DescMethodUnary } from '@bufbuild/protobuf';
import {
  type CallOptions,
  type Client,
  Code,
  ConnectError,
  type ConnectRouter,
  createClient,
  createRouterTransport,
  type ServiceImpl,
} from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { host } from '@nullspace/proto';
import { callUnary } from './connect/call-unary.ts';

/** Typed calls to a host. Refusals carry a code that `readHostError` finds. */
export type HostClient = Client<typeof host.HostService>;

/** What the host lists in one answer has its own bound; this one is for a host that went mad. */
const largestAnswerBytes = 256 * 1024 * 1024;

/**
 * Client of the host that listens on a unix socket. Connections are made when a call needs one, so the host may
 * start later or restart; a call that does not reach it, or loses it, fails with `Code.Unavailable`. A stream that
 * breaks after its first message fails with the transport's own code.
 *
 * HTTP/1.1, so that a call that hangs holds up no other and raw tunnels can join as upgrades.
 */
export function createHostClient(socketPath: string): HostClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const target = { socketPath, agent, maxBytes: largestAnswerBytes };
  const transport = createConnectTransport({
    baseUrl: 'http://host.invalid',
    httpVersion: '1.1',
    nodeOptions: { socketPath, agent },
    // Next door: compressing would only cost time.
    acceptCompression: [],
    interceptors: [(next) => (request) => next(request).catch(nameLostHost)],
  });
  // The general client costs more of a create than all else that the server does for it: it is left to streams.
  const calls = host.HostService.methods
    .filter((method): method is DescMethodUnary & typeof method => method.methodKind === 'unary')
    .map((method) => [
      method.localName,
      (message: Record<string, unknown>, options: CallOptions = {}) =>
        callUnary(target, method, message, options).catch(nameLostHost),
    ]);
  return { ...createClient(host.HostService, transport), ...Object.fromEntries(calls) };
}

/** Gives every failure of the socket one code; the transport knows several, "internal" among them. */
function nameLostHost(error: unknown): never {
  const cause =
    error instanceof ConnectError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  const lost = typeof cause?.code === 'string' && /^E[A-Z]+$/.test(cause.code);
  if (!lost || (error as ConnectError).code === Code.Canceled) throw error;
  throw new ConnectError(`the host is away: ${cause.message}`, Code.Unavailable, undefined, undefined, cause);
}

/** Client of a host in this process: an implementation of the service, or that of a real host. */
export function createInMemoryHostClient(
  implementation: Partial<ServiceImpl<typeof host.HostService>>,
): HostClient {
  const routes = (router: ConnectRouter) => router.service(host.HostService, implementation);
  return createClient(host.HostService, createRouterTransport(routes));
}
