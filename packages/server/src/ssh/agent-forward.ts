import { randomBytes } from 'node:crypto';
import type ssh2 from 'ssh2';
import type { RelayConnection } from './relay-connection.ts';
import { RemoteListener } from './remote-listener.ts';
import { Slots } from './slots.ts';

/** Connections to a client's agent at the same time. */
const MOST_CONNECTIONS = 16;
const WINDOW_BYTES = 2 * 1024 * 1024;
const PACKET_BYTES = 32 * 1024;

/** What ssh2 uses for channels that it opens. It speaks this kind, but its servers have no method for it. */
interface Inside {
  _chanMgr: { add(opened: ssh2.ServerCallback & { type?: string }): number };
  _protocol: { openssh_authAgent(channel: number, window: number, packet: number): void };
}

/** A socket inside that leads to the agent of the client, with its keys (ssh -A). One serves all sessions. */
export class AgentForward {
  readonly #connection: RelayConnection;
  readonly #client: Inside;
  #listener: Promise<RemoteListener> | undefined;

  constructor(connection: RelayConnection, client: ssh2.Connection) {
    this.#connection = connection;
    this.#client = client as unknown as Inside;
  }

  /** Path of the socket. @throws {Error} There is none. */
  async open(): Promise<string> {
    const user = this.#connection.access!.account;
    this.#listener ??= RemoteListener.start(this.#connection, {
      query: { private: randomBytes(8).toString('hex'), user },
      open: (_visitor, _bound, opened) => this.#openChannel(opened),
      slots: new Slots(MOST_CONNECTIONS),
    });
    this.#listener.catch(() => {
      this.#listener = undefined;
    });
    return (await this.#listener).bound;
  }

  #openChannel(opened: ssh2.ServerCallback): void {
    const { _chanMgr: channels, _protocol: protocol } = this.#client;
    const callback: ssh2.ServerCallback & { type?: string } = (error, channel) => opened(error, channel);
    callback.type = 'auth-agent@openssh.com';
    protocol.openssh_authAgent(channels.add(callback), WINDOW_BYTES, PACKET_BYTES);
  }
}
