import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError, invalidField } from '../api-error.ts';
import { describeError } from '../app/answer-error.ts';
import type { RequestCounter } from '../app/request-counter.ts';
import { toFastifyPath } from '../app/serve-route.ts';
import { toApiError } from '../app/to-api-error.ts';
import { execChannel } from '../commands/live/exec-channel.ts';
import type { Context } from '../context.ts';
import { watchChannel } from '../files/watch-channel.ts';
import { tunnelChannel } from '../preview/tunnel-channel.ts';
import { enterStream } from '../sockets/enter-stream.ts';
import { FrameSender } from '../sockets/frame-sender.ts';
import { terminalChannel } from '../terminals/terminal-channel.ts';
import type { Channel, ErrorFrame, Session } from './channel.ts';

type AnyFrame = { type: string };

const channels = new Map<unknown, { operation: string; channel: Channel<AnyFrame> }>([
  ['exec', { operation: routes.streamExec.id, channel: execChannel as Channel<AnyFrame> }],
  ['pty', { operation: routes.streamTerminal.id, channel: terminalChannel as Channel<AnyFrame> }],
  ['tunnel', { operation: routes.openTunnel.id, channel: tunnelChannel as Channel<AnyFrame> }],
  ['', { operation: routes.streamFileChanges.id, channel: watchChannel as Channel<AnyFrame> }],
]);

/** Serves the WebSocket of a sandbox. Which protocol it speaks is chosen by `channel`. */
export function serveSandboxSocket(app: FastifyInstance, context: Context, streams: RequestCounter): void {
  const route = routes.streamExec;
  app.route({
    method: 'GET',
    url: toFastifyPath(route.path),
    config: { operation: route.id },
    // Refused before the upgrade, so that clients see the status.
    async preHandler(request) {
      findChannel(request.query);
      if (!request.ws) throw new ApiError('upgrade_required', { path: request.url.split('?', 1)[0]! });
    },
    async handler() {},
    wsHandler(socket, request) {
      const { channel } = findChannel(request.query);
      const { sandbox_id: sandboxId } = request.params as { sandbox_id: string };
      const address = { tenantId: request.tenantId, sandboxId };
      const gone = enterStream(context, streams, { socket, tenantId: request.tenantId });
      const sender = new FrameSender<AnyFrame>(socket);
      void serve(channel, { context, socket, request, address, sender, gone });
    },
  });
}

function findChannel(query: unknown) {
  const { channel = '' } = query as { channel?: unknown };
  const found = channels.get(channel);
  if (!found) throw invalidField('channel', 'must be "exec", "pty", "tunnel" or absent');
  return found;
}

async function serve(channel: Channel<AnyFrame>, session: Session<AnyFrame>): Promise<void> {
  const { context, socket, request, address, sender } = session;
  try {
    await channel.run(session);
  } catch (error) {
    if (socket.readyState !== socket.OPEN) return;
    const failure = toApiError(error, request);
    context.metrics.countFailure(failure.code);
    request.log.info(
      { code: failure.code, sandbox_id: address.sandboxId, err: failure.cause },
      'a live connection failed',
    );
    const { message, code, request_id, details } = describeError(failure, request.id).error;
    const more = failure.code === 'sandbox_paused' && details ? { details } : {};
    const frame: ErrorFrame = { type: 'error', message, code, request_id, ...more };
    void sender.send(frame);
    channel.afterError?.(session, failure);
  }
  socket.close(1000);
}
