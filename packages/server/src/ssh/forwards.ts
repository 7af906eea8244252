import type { Duplex } from 'node:stream';
import type ssh2 from 'ssh2';
import { openTunnel } from '../preview/open-tunnel.ts';
import { reservedPorts } from '../preview/preview-target.ts';
import { joinChannel } from './join-channel.ts';
import type { RelayConnection } from './relay-connection.ts';
import { serveRemoteForwards } from './remote-forwards.ts';
import { Slots } from './slots.ts';

/** Forwarded connections of one SSH connection, of all kinds together. */
const MOST_FORWARDS = 256;
/** Names of the sandbox itself, as seen from inside. */
const loopback = ['localhost', '127.0.0.1', '::1', '0.0.0.0'];

/** Joins clients with ports and sockets of the sandbox itself (ssh -L, -D and -W), and these with clients (-R). */
export function serveForwards(connection: RelayConnection, client: ssh2.Connection): void {
  const slots = new Slots(MOST_FORWARDS);
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    if (!loopback.includes(destIP.toLowerCase()) || reservedPorts.includes(destPort)) return reject();
    const query = { port: String(destPort) };
    void slots.use(reject, () => forward(connection, { accept, reject, query }));
  });
  client.on('openssh.streamlocal', (accept, reject, { socketPath: path }) => {
    if (!path.startsWith('/') || path.includes('\0')) return reject();
    const query = { path, user: connection.access!.account };
    void slots.use(reject, () => forward(connection, { accept, reject, query }));
  });
  serveRemoteForwards(connection, client, slots);
}

async function forward(
  connection: RelayConnection,
  {
    accept,
    reject,
    query,
  }: { accept: () => ssh2.ServerChannel; reject: () => void; query: Record<string, string> },
): Promise<void> {
  let inner: Duplex;
  try {
    const live = await connection.findLive();
    inner = (await openTunnel(live, { name: 'nullspace-dial', path: '/dial', query })).socket;
  } catch {
    return reject();
  }
  if (connection.gone.aborted) return void inner.destroy();
  await joinChannel(connection, accept(), inner);
}
