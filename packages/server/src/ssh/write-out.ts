import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type ssh2 from 'ssh2';

/** Bytes that may wait in a socket before more are written. */
const WAITING_BYTES = 1024 * 1024;

/** Sends bytes to a client. Resolves when its window has taken them, or nothing is sent any more. */
export async function writeOut(
  { channel, socket }: { channel: ssh2.ServerChannel; socket: Socket },
  data: Uint8Array | string,
  { to = channel, signal }: { to?: Writable; signal: AbortSignal },
): Promise<void> {
  // A client may allow more than it reads.
  while (socket.writableLength > WAITING_BYTES && !socket.destroyed && !signal.aborted)
    await once(socket, 'drain', { signal }).catch(() => undefined);
  if (signal.aborted || !channel.writable) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  channel.once('close', done);
  signal.addEventListener('abort', done, { once: true });
  to.write(data, done);
  await promise;
  channel.off('close', done);
  signal.removeEventListener('abort', done);
}
