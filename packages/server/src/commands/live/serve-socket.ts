import { planned, routes } from '@nullspace/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { ApiError, invalidField, notImplemented } from '../../api-error.ts';
import { describeError } from '../../app/answer-error.ts';
import type { RequestCounter } from '../../app/request-counter.ts';
import { toFastifyPath } from '../../app/serve-route.ts';
import { toApiError } from '../../app/to-api-error.ts';
import type { Context } from '../../context.ts';
import { enterStream } from '../../sockets/enter-stream.ts';
import { FrameSender, type OutgoingFrame } from './frame-sender.ts';
import { readFrame } from './read-frame.ts';
import { runLive } from './run-live.ts';

/** How long a client may take to say what it wants. */
const FIRST_FRAME_MS = 30_000;

/** Serves the WebSocket of a sandbox. Which protocol it speaks is chosen by `channel`. */
export function serveSocket(app: FastifyInstance, context: Context, streams: RequestCounter): void {
  const route = routes.streamExec;
  app.route({
    method: 'GET',
    url: toFastifyPath(route.path),
    config: { operation: route.id },
    // Refused before the upgrade, so that clients see the status.
    async preHandler(request) {
      refuseOtherChannels(request.query as { channel?: unknown });
      if (!request.ws) throw new ApiError('upgrade_required', { path: request.url.split('?', 1)[0]! });
    },
    async handler() {},
    wsHandler(socket, request) {
      serveExec(context, streams, socket, request);
    },
  });
}

function refuseOtherChannels({ channel = '' }: { channel?: unknown }): void {
  if (channel === 'exec') return;
  const other = planned.find((route) => route.path === routes.streamExec.path && route.channel === channel);
  if (other) throw notImplemented(other.feature);
  throw invalidField('channel', 'must be "exec"');
}

function serveExec(
  context: Context,
  streams: RequestCounter,
  socket: WebSocket,
  request: FastifyRequest,
): void {
  const gone = enterStream(context, streams, { socket, tenantId: request.tenantId });
  const sender = new FrameSender(socket);
  const { sandbox_id: sandboxId } = request.params as { sandbox_id: string };
  const address = { tenantId: request.tenantId, sandboxId };
  const late = setTimeout(
    () => end(new ApiError('invalid_request', { problem: 'invalid message: none came' })),
    FIRST_FRAME_MS,
  );
  socket.once('message', (data, isBinary) => {
    clearTimeout(late);
    run(data as Buffer, isBinary).then(() => end(), end);
  });
  socket.once('close', () => clearTimeout(late));

  async function run(data: Buffer, isBinary: boolean): Promise<void> {
    const frame = readFrame(data, isBinary);
    sender.id = frame.id;
    await runLive(context, address, { frame, sender, signal: gone });
  }

  function end(error?: unknown): void {
    if (error !== undefined) {
      const failure = toApiError(error, request);
      context.metrics.countFailure(failure.code);
      request.log.info(
        { code: failure.code, sandbox_id: sandboxId, err: failure.cause },
        'live command failed',
      );
      const { message, code, request_id, details } = describeError(failure, request.id).error;
      const more = failure.code === 'sandbox_paused' && details ? { details } : {};
      void sender.send({ type: 'error', message, code, request_id, ...more });
      // With the sandbox its commands ended; a client that knows of one may wait for its exit.
      if (sender.announced && code === 'sandbox_not_found') void sender.send(exitOfLost(failure));
    }
    socket.close(1000);
  }
}

function exitOfLost({ details }: ApiError): OutgoingFrame {
  const guards: Record<string, 'memory' | 'processes'> = {
    out_of_memory: 'memory',
    process_limit: 'processes',
  };
  const killed_by = guards[String(details?.reason)] ?? null;
  return { type: 'exec_exit', exit_code: 137, timed_out: false, killed_by };
}
