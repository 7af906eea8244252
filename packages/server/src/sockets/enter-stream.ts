import type { WebSocket } from 'ws';
import type { RequestCounter } from '../app/request-counter.ts';
import type { Context } from '../context.ts';
import { keepSocket } from './keep-socket.ts';

/** Counts a socket as a stream of its tenant while it is open, and keeps it alive. The signal aborts when it closes. */
export function enterStream(
  { metrics }: Pick<Context, 'metrics'>,
  streams: RequestCounter,
  { socket, tenantId }: { socket: WebSocket; tenantId: string },
): AbortSignal {
  const gone = new AbortController();
  const leave = streams.enter(tenantId);
  metrics.changeStreams(1);
  socket.once('close', () => {
    gone.abort();
    leave();
    metrics.changeStreams(-1);
  });
  keepSocket(socket);
  return gone.signal;
}
