import type { Duplex } from 'node:stream';
import type ssh2 from 'ssh2';
import { countPassed } from '../guests/passed-bytes.ts';
import type { RelayConnection } from './relay-connection.ts';
import { writeOut } from './write-out.ts';

/** Joins a channel with a connection of the sandbox, to the end of both. */
export async function joinChannel(
  connection: RelayConnection,
  channel: ssh2.ServerChannel,
  inner: Duplex,
): Promise<void> {
  connection.channels.add(channel);
  try {
    await join(connection, channel, inner);
  } finally {
    connection.channels.delete(channel);
    inner.destroy();
    channel.close();
  }
}

async function join(
  { socket, gone }: RelayConnection,
  channel: ssh2.ServerChannel,
  inner: Duplex,
): Promise<void> {
  const cut = () => inner.destroy();
  inner.on('error', cut);
  channel.on('error', cut);
  channel.once('close', cut);
  gone.addEventListener('abort', cut, { once: true });
  // The end of what the client sends is that of the service's input; it may still answer.
  channel.pipe(inner);
  try {
    for await (const data of inner as AsyncIterable<Buffer>) {
      countPassed(data.length);
      await writeOut({ channel, socket }, data, { signal: gone });
    }
    channel.eof();
    if (!channel.readableEnded && !gone.aborted) await ended(channel, gone);
  } catch {
    // Broken on the side of the service; the client sees its channel close.
  } finally {
    gone.removeEventListener('abort', cut);
  }
}

/** Resolves when the client has no more to say either. */
function ended(channel: ssh2.ServerChannel, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    channel.once('end', resolve);
    channel.once('close', resolve);
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}
