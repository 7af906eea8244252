import type { RelayConnection } from './relay-connection.ts';

/** A client may send 2 MiB a channel before it has to wait. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
/** Answers that a client has not read, beyond which none of its requests is read. What programs write waits earlier. */
const MOST_UNSENT_BYTES = 2 * 1024 * 1024;

/** Drops a client that does not keep to the windows of its channels, and lets one wait that reads no answers. */
export function guardMemory({ socket, channels, context }: RelayConnection): void {
  socket.on('data', () => {
    if ([...channels].some(({ readableLength }) => readableLength > MOST_UNREAD_BYTES)) {
      context.log.warn('an SSH client sent more than it may');
      socket.destroy();
    } else if (socket.writableLength > MOST_UNSENT_BYTES && !socket.isPaused()) {
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  });
}
