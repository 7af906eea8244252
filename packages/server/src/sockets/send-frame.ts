import type { WebSocket } from 'ws';

/**
 * Sends a frame, text or bytes. Resolves when more may be sent: at once while at most `bufferedBytes` wait in the socket, else
 * when this frame is out or `signal` aborts. A frame to a client that has gone is dropped.
 */
export async function sendFrame(
  socket: WebSocket,
  frame: string | Buffer,
  { bufferedBytes, signal }: { bufferedBytes: number; signal?: AbortSignal | undefined },
): Promise<void> {
  if (socket.readyState !== socket.OPEN) return;
  const { promise: written, resolve } = Promise.withResolvers<void>();
  socket.send(frame, () => resolve());
  if (socket.bufferedAmount <= bufferedBytes || signal?.aborted) return;
  const giveUp = () => resolve();
  signal?.addEventListener('abort', giveUp, { once: true });
  await written;
  signal?.removeEventListener('abort', giveUp);
}
