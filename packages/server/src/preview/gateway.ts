import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PreviewTransport } from '@nullspace/contract';
import { createProxyServer, type ProxyServer } from 'httpxy';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { countPassed } from '../guests/passed-bytes.ts';
import { makeId } from '../make-id.ts';
import type { Sandbox } from '../store/records.ts';
import { breakOff, endWithStream, isHttp2 } from './adapt-http2.ts';
import { type Admission, authorize } from './authorize.ts';
import { cleanAnswer } from './clean-answer.ts';
import { cleanRequest, withoutTokens } from './clean-request.ts';
import { type Destination, Destinations } from './destinations.ts';
import { endWithClient } from './end-with-client.ts';
import { answerProblem, refuseUpgrade } from './error-page.ts';
import { giveBackBody } from './give-back-body.ts';
import type { Grants } from './grants.ts';
import { type HostMask, maskOf, maskRequest, unmaskResponse } from './mask-host.ts';
import { mendStatus } from './mend-status.ts';
import type { PreviewTarget } from './preview-target.ts';
import { PublicTraffic } from './public-traffic.ts';
import type { PreviewTokens } from './tokens.ts';

/** Where a request came in. */
export interface Entrance {
  target: PreviewTarget;
  /** Scheme and host of the address, as "http://127.0.0.1:40123". */
  origin: string;
}

/** What answers of the service need on their way back. */
interface Passage {
  mask: HostMask | undefined;
  cookies: string[];
  /** Connection to the service, and what it had carried before. */
  inner?: { socket: Socket; written: number; read: number };
}

/** Takes requests to previews and passes them on to the services inside sandboxes. */
export class Gateway {
  readonly destinations: Destinations;
  readonly #context: Context;
  readonly #access: { tokens: PreviewTokens; grants: Grants };
  readonly #traffic: PublicTraffic;
  readonly #proxy: ProxyServer;
  readonly #passages = new WeakMap<IncomingMessage, Passage>();

  constructor(context: Context, access: { tokens: PreviewTokens; grants: Grants }) {
    this.#context = context;
    this.#access = access;
    this.destinations = new Destinations(context);
    this.#traffic = new PublicTraffic(context.store);
    this.#proxy = createProxyServer({ xfwd: false, changeOrigin: false });
    // A service that upgrades what was no upgrade would leave the request without an end.
    this.#proxy.on('proxyReq', (asking, request) => {
      if (isHttp2(request)) endWithStream(asking, request);
      const passage = this.#passages.get(request as IncomingMessage);
      const socket = asking.socket as Socket | null;
      if (passage && socket) {
        passage.inner = { socket, written: socket.bytesWritten, read: socket.bytesRead };
      }
      asking.on('upgrade', (_answer, socket) => {
        socket.destroy();
        asking.emit('error', new Error('the service switched protocols unasked'));
      });
    });
    this.#proxy.on('proxyReqWs', (asking, _request, socket) => endWithClient(asking, socket));
    this.#proxy.on('proxyRes', (answer, request, response) => {
      mendStatus(answer, { http2: isHttp2(request) });
      cleanAnswer(answer, request, response);
      if (isHttp2(request)) {
        answer.on('data', ({ length }: Buffer) => countPassed(length));
        answer.once('close', () => answer.complete || breakOff(response));
      } else giveBackBody(answer, response);
      const passage = this.#passages.get(request as IncomingMessage);
      if (passage?.mask) unmaskResponse(answer.headers, passage.mask);
      if (passage?.cookies.length) {
        answer.headers['set-cookie'] = [...(answer.headers['set-cookie'] ?? []), ...passage.cookies];
      }
    });
  }

  async serve(
    entrance: () => Promise<Entrance>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const requestId = makeId('request');
    try {
      const { target, origin } = await entrance();
      const opened = await this.#open(request, { target, origin, transport: 'http' });
      const { destination, admission } = opened;
      if (this.#leadOn(request, response, admission)) return;
      this.#prepare(request, { target, origin, destination, admission });
      await this.#pass(request, response, { target, destination, admission });
    } catch (error) {
      answerProblem(request, response, this.#explain(error, requestId), requestId);
    }
  }

  async upgrade(
    entrance: () => Promise<Entrance>,
    request: IncomingMessage,
    { socket, head }: { socket: Duplex; head: Buffer },
  ): Promise<void> {
    const requestId = makeId('request');
    socket.on('error', () => socket.destroy());
    try {
      const { target, origin } = await entrance();
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        throw new ApiError('invalid_request', { problem: 'Previews upgrade to "websocket" only' });
      }
      if (request.method !== 'GET') {
        throw new ApiError('invalid_request', { problem: 'A WebSocket is opened by GET only' });
      }
      // It would not be passed on, and a service would take the next request on that connection for it.
      if (!hasNoBody(request)) {
        throw new ApiError('invalid_request', { problem: 'A WebSocket is opened without a body' });
      }
      const { destination, admission } = await this.#open(request, {
        target,
        origin,
        transport: 'websocket',
      });
      this.#prepare(request, { target, origin, destination, admission });
      await this.#join(request, { socket, head, target, destination, admission });
    } catch (error) {
      refuseUpgrade(request, socket, this.#explain(error, requestId), requestId);
    }
  }

  /** Called when the policy of a sandbox has changed: cuts who would not be let in any more. */
  applyPolicy(sandbox: Sandbox): void {
    this.destinations.apply(sandbox);
    this.#traffic.apply(sandbox);
  }

  close(): void {
    this.#traffic.close();
    this.destinations.close();
  }

  /** Tokens are judged before anything wakes. */
  async #open(
    request: IncomingMessage,
    { target, origin, transport }: Entrance & { transport: PreviewTransport },
  ): Promise<{ destination: Destination; admission: Admission }> {
    const known = await this.destinations.known(target);
    const sandbox = known?.sandbox ?? (await this.destinations.read(target));
    const policy = (sandbox.network ?? {}) as Destination['policy'];
    const secure = origin.startsWith('https:');
    const admission = await authorize(this.#access, {
      request,
      target,
      destination: { sandbox, policy },
      transport,
      origin,
      secure,
    });
    return { destination: known ?? (await this.destinations.find(target)), admission };
  }

  /** Leads a browser to the same address without the token in it. */
  #leadOn(request: IncomingMessage, response: ServerResponse, { cookies }: Admission): boolean {
    if (cookies.length === 0 || request.method !== 'GET') return false;
    if (!request.headers.accept?.includes('text/html')) return false;
    // Two slashes would be another host, and browsers read them either way.
    const location = withoutTokens(request.url ?? '/').replace(/^[/\\]+/, '/');
    response.writeHead(302, { location, 'set-cookie': cookies, 'cache-control': 'no-store' });
    response.end();
    return true;
  }

  #prepare(
    request: IncomingMessage,
    { target, origin, destination, admission }: Entrance & { destination: Destination; admission: Admission },
  ): void {
    cleanRequest(request, { origin, trusted: admission.grant?.authMode === 'preview_proxy' });
    const wanted = destination.policy.mask_request_host;
    const mask = wanted === undefined ? undefined : { outer: origin, inner: maskOf(wanted, target.port) };
    if (mask) maskRequest(request.headers, mask);
    this.#passages.set(request, { mask, cookies: admission.cookies });
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    way: { target: PreviewTarget; destination: Destination; admission: Admission },
  ): Promise<void> {
    const leave = this.#enter(request, 'http', way, () => breakOff(response));
    const repeatable = hasNoBody(request);
    try {
      await this.#web(request, response, way.destination);
    } catch (error) {
      if (response.headersSent || response.destroyed) return breakOff(response);
      // Of an instance that was paused at this moment nothing has answered: its resumed one can be asked.
      const next = repeatable ? await this.#successor(way) : undefined;
      if (!next) throw await this.#blame(error, way);
      await this.#web(request, response, next);
    } finally {
      leave();
    }
  }

  async #web(request: IncomingMessage, response: ServerResponse, { agent }: Destination): Promise<void> {
    // The agent decides where the connection goes.
    await this.#proxy.web(request, response, { target: 'http://preview', agent });
  }

  async #join(
    request: IncomingMessage,
    way: {
      socket: Duplex;
      head: Buffer;
      target: PreviewTarget;
      destination: Destination;
      admission: Admission;
    },
  ): Promise<void> {
    const { socket, head, destination } = way;
    const cut = () => socket.destroy();
    const leave = this.#enter(request, 'websocket', way, cut);
    // A dead sandbox sends no farewell.
    destination.live.ended.addEventListener('abort', cut);
    socket.once('close', () => {
      destination.live.ended.removeEventListener('abort', cut);
      leave();
    });
    try {
      const options = { target: 'http://preview', agent: destination.agent };
      await this.#proxy.ws(request, socket as never, options, head);
    } catch (error) {
      throw await this.#blame(error, way);
    }
  }

  /** Counts a connection for its grant, which may cut it, as the policy of the sandbox may. */
  #enter(
    request: IncomingMessage,
    transport: PreviewTransport,
    { target, admission }: { target: PreviewTarget; admission: Admission },
    cut: () => void,
  ): () => void {
    const { trafficToken } = admission;
    const over = this.#traffic.enter(target.executionId, { trafficToken, cut });
    if (!admission.grant) return over;
    const { socket } = request;
    const before = { in: socket.bytesRead, out: socket.bytesWritten };
    const count = this.#access.grants.enter(admission.grant.id, transport, cut);
    const leave = (bytes: { in: number; out: number }) => {
      over();
      count(bytes);
    };
    if (!isHttp2(request)) {
      return () => leave({ in: socket.bytesRead - before.in, out: socket.bytesWritten - before.out });
    }
    // Others share the connection of the client.
    return () => {
      const inner = this.#passages.get(request)?.inner;
      leave({
        in: inner ? inner.socket.bytesWritten - inner.written : 0,
        out: inner ? inner.socket.bytesRead - inner.read : 0,
      });
    };
  }

  /** The instance that has taken the place of one that does not answer any more. */
  async #successor(way: {
    target: PreviewTarget;
    destination: Destination;
  }): Promise<Destination | undefined> {
    const { live } = way.destination;
    if (!way.destination.sandbox.autoResume || !(await this.#context.finder.describeEnd(live)))
      return undefined;
    const next = await this.destinations.find(way.target);
    return next.live === live ? undefined : next;
  }

  /** Why a service did not answer. */
  async #blame(
    error: unknown,
    { target, destination }: { target: PreviewTarget; destination: Destination },
  ): Promise<ApiError> {
    if (error instanceof ApiError && error.code !== 'preview_unreachable') return error;
    const ended = destination.live.ended.aborted
      ? await this.#context.finder.describeEnd(destination.live)
      : undefined;
    if (ended?.code === 'sandbox_not_found')
      return new ApiError('sandbox_gone', {}, { details: ended.details ?? {} });
    if (ended) return ended;
    if (error instanceof ApiError) return error;
    const { sandboxId } = destination.live;
    const why = ': the service broke off before it answered';
    return new ApiError(
      'preview_unreachable',
      { port: target.port, sandbox_id: sandboxId, why },
      { details: { sandbox_id: sandboxId, port: target.port }, cause: error },
    );
  }

  #explain(error: unknown, requestId: string): ApiError {
    if (error instanceof ApiError) return error;
    this.#context.log.error({ err: error, request_id: requestId }, 'a preview failed');
    return new ApiError('internal_error', {}, { cause: error });
  }
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}
