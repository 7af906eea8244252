import type { WebSocket } from 'ws';
import { giveBack } from '../guests/passed-bytes.ts';

/**
 * Sends a frame, text or bytes with a head. Resolves when more may be sent: at once while at most `bufferedBytes` wait in the socket, else
 * when this frame is out or `signal` aborts. A frame to a client that has gone is dropped. Bytes are used up.
 */
export async function sendFrame(
  socket: WebSocket,
  frame: string | { head: Buffer; data: Uint8Array },
  { bufferedBytes, signal }: { bufferedBytes: number; signal?: AbortSignal | undefined },
): Promise<void> {
  if (socket.readyState !== socket.OPEN) return;
  const { promise: written, resolve } = Promise.withResolvers<void>();
  if (typeof frame === 'string') {
    socket.send(frame, () => resolve());
  } else {
    // One message in two pieces, so that large data is not copied behind its head.
    socket.send(frame.head, { binary: true, fin: false });
    socket.send(frame.data, { binary: true, fin: true }, () => {
      giveBack(frame.data);
      resolve();
    });
  }
  if (socket.bufferedAmount <= bufferedBytes || signal?.aborted) return;
  const giveUp = () => resolve();
  signal?.addEventListener('abort', giveUp, { once: true });
  await written;
  signal?.removeEventListener('abort', giveUp);
}
