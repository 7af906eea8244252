import type { RelayConnection } from './relay-connection.ts';

/** A client is sent as much as its windows allow, and may send 2 MiB a channel before it has to wait. */
const MOST_UNSENT_BYTES = 64 * 1024 * 1024;
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** Drops a client that does not keep to the windows of its channels, or answers pile up for that it does not read. */
export function guardMemory({ socket, channels, context }: RelayConnection): void {
  socket.on('data', () => {
    const unread = [...channels].some(({ readableLength }) => readableLength > MOST_UNREAD_BYTES);
    if (!unread && socket.writableLength <= MOST_UNSENT_BYTES) return;
    context.log.warn('an SSH client took more room than it may');
    socket.destroy();
  });
}
