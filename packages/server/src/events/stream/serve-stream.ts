import {
  type ImplementedRoute,
  type LifecycleServerFrame,
  type SubscribeFrame,
  subscribeFrame,
} from '@nullspace/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { ApiError } from '../../api-error.ts';
import { describeError } from '../../app/answer-error.ts';
import type { RequestCounter } from '../../app/request-counter.ts';
import { toFastifyPath } from '../../app/serve-route.ts';
import { toApiError } from '../../app/to-api-error.ts';
import type { Context } from '../../context.ts';
import { enterStream } from '../../sockets/enter-stream.ts';
import { receiveFrame } from '../../sockets/receive-frame.ts';
import { sendFrame } from '../../sockets/send-frame.ts';
import type { EventFeed } from '../event-feed.ts';
import { demandSandbox } from '../find-subject.ts';
import { presentEvent } from '../present-event.ts';
import { findStart } from './find-start.ts';
import { followEvents } from './follow-events.ts';
import { readSubscription } from './subscription.ts';

/** Bytes that may wait in a socket before the next events are read. */
const BUFFERED_BYTES = 256 * 1024;
/** WebSocket close code of a server that cannot go on for now. */
const TRY_AGAIN = 1013;

interface Parts {
  route: ImplementedRoute;
  streams: RequestCounter;
  feed: EventFeed;
}

/** Serves a WebSocket of events: of a tenant, or of the sandbox that the path names. */
export function serveEventStream(app: FastifyInstance, context: Context, parts: Parts): void {
  app.route({
    method: 'GET',
    url: toFastifyPath(parts.route.path),
    config: { operation: parts.route.id },
    // Refused before the upgrade, so that clients see the status.
    async preHandler(request) {
      if (!request.ws) throw new ApiError('upgrade_required', { path: request.url.split('?', 1)[0]! });
    },
    async handler() {},
    wsHandler(socket, request) {
      void serve(context, parts, { socket, request });
    },
  });
}

async function serve(
  context: Context,
  { streams, feed }: Parts,
  { socket, request }: { socket: WebSocket; request: FastifyRequest },
): Promise<void> {
  const gone = enterStream(context, streams, { socket, tenantId: request.tenantId });
  try {
    const frame = await receiveFrame(socket, subscribeFrame);
    if (!gone.aborted) await stream(context, feed, { socket, request, frame, signal: gone });
  } catch (error) {
    fail(context, error, { socket, request });
  }
}

async function stream(
  context: Context,
  feed: EventFeed,
  options: { socket: WebSocket; request: FastifyRequest; frame: SubscribeFrame; signal: AbortSignal },
): Promise<void> {
  const { socket, request, frame, signal } = options;
  const { tenantId } = request;
  const { sandbox_id: sandboxId } = request.params as { sandbox_id?: string };
  if (sandboxId !== undefined) await demandSandbox(context, { tenantId, sandboxId });
  const subscription = readSubscription(frame, { tenantId, sandboxId });
  const { replay, cursor, cursorFound } = await findStart(context.store, subscription);
  const send = (answer: LifecycleServerFrame) =>
    sendFrame(socket, JSON.stringify(answer), { bufferedBytes: BUFFERED_BYTES, signal });
  await send({
    type: 'subscribed',
    subscription: subscription.echo,
    reconnect_mode: subscription.liveOnly ? 'live_only' : 'cursor_replay',
    ...(cursorFound === undefined ? {} : { cursor_found: cursorFound }),
  });
  for (const event of replay) await send({ type: 'event', event: presentEvent(event) });
  await followEvents({ store: context.store, feed }, subscription, {
    cursor,
    send: (event) => send({ type: 'event', event: presentEvent(event) }),
    signal,
  });
}

/**
 * Ends a stream. What is wrong with it is told in a frame, after which clients give up. When the server itself cannot
 * go on the stream just closes, and clients come back with their cursor.
 */
function fail(
  context: Context,
  error: unknown,
  { socket, request }: { socket: WebSocket; request: FastifyRequest },
): void {
  if (socket.readyState !== socket.OPEN) return;
  const failure = toApiError(error, request);
  context.metrics.countFailure(failure.code);
  request.log.info({ code: failure.code, err: failure.cause }, 'event stream failed');
  const { message, code, request_id, retryable } = describeError(failure, request.id).error;
  if (!retryable) socket.send(JSON.stringify({ type: 'error', message, code, request_id }));
  socket.close(retryable ? TRY_AGAIN : 1000);
}
