import type ssh2 from 'ssh2';
import { reservedPorts } from '../preview/preview-target.ts';
import type { RelayConnection } from './relay-connection.ts';
import { RemoteListener } from './remote-listener.ts';
import type { Slots } from './slots.ts';

/** Ports and sockets of one SSH connection that lead to its client. */
const MOST_LISTENERS = 64;

type Accept = ((chosenPort?: number) => void) | undefined;
type Reject = (() => void) | undefined;

/** Has ports and sockets inside lead to the client (ssh -R). Ports are those of the sandbox's own loopback only. */
export function serveRemoteForwards(
  connection: RelayConnection,
  client: ssh2.Connection,
  slots: Slots,
): void {
  const listeners = new Set<RemoteListener>();
  let starting = 0;
  const user = connection.access!.account;

  async function begin(
    accept: Accept,
    reject: Reject,
    lead: Omit<Parameters<typeof RemoteListener.start>[1], 'slots'>,
  ): Promise<void> {
    if (listeners.size + starting >= MOST_LISTENERS || connection.gone.aborted) return reject?.();
    starting += 1;
    try {
      const listener = await RemoteListener.start(connection, { ...lead, slots });
      listeners.add(listener);
      listener.closed.addEventListener('abort', () => listeners.delete(listener));
      accept?.(Number(listener.bound));
    } catch (error) {
      connection.context.log.info({ err: error }, 'a remote forward of an SSH client was refused');
      reject?.();
    } finally {
      starting -= 1;
    }
  }

  function cancel(accept: Accept, reject: Reject, bound: string): void {
    const listener = [...listeners].find((each) => each.bound === bound);
    listener?.close();
    if (listener) accept?.();
    else reject?.();
  }

  const onPort = (accept: Accept, reject: Reject, { bindAddr, bindPort }: ssh2.TcpipBindInfo) => {
    if (reservedPorts.includes(bindPort)) return reject?.();
    void begin(accept, reject, {
      query: { port: String(bindPort), user },
      // The client knows it by the address that it asked for.
      open: ({ port }, bound, opened) =>
        client.forwardOut(bindAddr, Number(bound), '127.0.0.1', port, opened),
    });
  };
  const onSocket = (accept: Accept, reject: Reject, { socketPath: path }: ssh2.SocketBindInfo) => {
    if (!path.startsWith('/') || path.includes('\0')) return reject?.();
    void begin(accept, reject, {
      query: { path, user },
      open: (_visitor, _bound, opened) => client.openssh_forwardOutStreamLocal(path, opened),
    });
  };

  client.on('request', (accept: Accept, reject: Reject, name: string, info: object) => {
    const port = info as ssh2.TcpipBindInfo;
    const socket = info as ssh2.SocketBindInfo;
    if (name === 'tcpip-forward') onPort(accept, reject, port);
    else if (name === 'streamlocal-forward@openssh.com') onSocket(accept, reject, socket);
    else if (name === 'cancel-tcpip-forward') cancel(accept, reject, String(port.bindPort));
    else if (name === 'cancel-streamlocal-forward@openssh.com') cancel(accept, reject, socket.socketPath);
    else reject?.();
  });
}
