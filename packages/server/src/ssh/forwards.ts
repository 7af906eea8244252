import type { Duplex } from 'node:stream';
import type ssh2 from 'ssh2';
import { countPassed } from '../guests/passed-bytes.ts';
import { openThroughAgent } from '../preview/connect-port.ts';
import { reservedPorts } from '../preview/preview-target.ts';
import type { RelayConnection } from './relay-connection.ts';
import { writeOut } from './write-out.ts';

/** Forwarded connections of one SSH connection. */
const MOST_FORWARDS = 256;
/** Names of the sandbox itself, as seen from inside. */
const loopback = ['localhost', '127.0.0.1', '::1', '0.0.0.0'];

/** Joins clients with ports of the sandbox's own loopback (ssh -L, -D and -W). */
export function serveForwards(connection: RelayConnection, client: ssh2.Connection): void {
  let open = 0;
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    const refused = !loopback.includes(destIP.toLowerCase()) || reservedPorts.includes(destPort);
    if (refused || open >= MOST_FORWARDS || connection.gone.aborted) return reject();
    open += 1;
    forward(connection, { accept, port: destPort })
      .catch(() => reject())
      .finally(() => {
        open -= 1;
      });
  });
}

async function forward(
  connection: RelayConnection,
  { accept, port }: { accept: () => ssh2.ServerChannel; port: number },
): Promise<void> {
  const live = await connection.findLive();
  const inner = await openThroughAgent(live, port);
  if (connection.gone.aborted) return void inner.destroy();
  const channel = accept();
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
