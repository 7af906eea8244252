import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { publicUrl } from '@nullspace/configuration';
import type ssh2 from 'ssh2';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { OwnKey } from './keys/own-key.ts';
import { OpenAccesses } from './open-accesses.ts';
import { RelayConnection } from './relay-connection.ts';
import { Strangers } from './strangers.ts';

/** How long a client may take until it is let in. */
const LOGIN_MS = 30_000;
/** How many may be at it. Logins take a fraction of a second, so that many clients behind one address have room. */
const strangersAtOnce = { all: 200, ofOne: 40 };

const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  // What is small when it comes in stays small.
  compress: ['none'],
} satisfies ssh2.ServerConfig['algorithms'];

/** Speaks SSH with clients, and with the agents of sandboxes in their own way: sandboxes need no SSH server. */
export class SshRelay {
  readonly accesses: OpenAccesses;
  readonly authority: OwnKey;
  readonly hostKey: OwnKey;
  readonly #context: Context;
  #ssh: Promise<ssh2.Server> | undefined;
  readonly #listener: Server;
  readonly #open = new Set<RelayConnection>();
  readonly #strangers = new Strangers(strangersAtOnce);

  constructor(context: Context, keys: { authority: OwnKey; hostKey: OwnKey }) {
    this.#context = context;
    this.authority = keys.authority;
    this.hostKey = keys.hostKey;
    this.accesses = new OpenAccesses(context.store);
    this.#listener = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#take(socket));
  }

  /** Where clients find it. */
  get address(): { host: string; port: number } {
    const { settings } = this.#context;
    const everywhere = ['0.0.0.0', '::'].includes(settings.ssh_address);
    const fallback = everywhere ? new URL(publicUrl(settings)).hostname : settings.ssh_address;
    return { host: settings.ssh_host || fallback, port: (this.#listener.address() as AddressInfo).port };
  }

  /** Connections to one computer. */
  countOf(executionId: string): number {
    return [...this.#open].filter((connection) => connection.access?.executionId === executionId).length;
  }

  async start(): Promise<void> {
    const { settings, log } = this.#context;
    try {
      await this.#listen(settings.ssh_port);
    } catch (error) {
      // The API tells clients the port, so that any will do.
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await this.#listen(0);
      log.warn(
        { ssh_port: settings.ssh_port, port: this.address.port },
        'the port for SSH is taken: another one is used',
      );
    }
  }

  stop(): void {
    this.#listener.close();
    this.accesses.close();
    for (const connection of this.#open) connection.cut('the server stops');
    this.#strangers.drop();
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen({ host: this.#context.settings.ssh_address, port }, () => {
        this.#listener.off('error', reject);
        resolve();
      });
    });
  }

  #take(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (!this.#strangers.add(socket)) return void socket.destroy();
    const late = setTimeout(() => socket.destroy(), LOGIN_MS);
    const known = () => clearTimeout(late);
    socket.once('close', known);
    socket.once('admitted', known);
    this.#ssh ??= this.#load();
    void this.#ssh.then((ssh) => {
      if (!socket.destroyed) ssh.injectSocket(socket);
    });
  }

  /** The library comes with the first client: it takes memory that most servers need not have. */
  async #load(): Promise<ssh2.Server> {
    const { default: library } = await import('ssh2');
    const config = { hostKeys: [this.hostKey.toOpenSsh()], ident: 'nullspace', algorithms };
    return new library.Server(config, (client, info) => this.#serve(client, info));
  }

  #serve(client: ssh2.Connection, info: ssh2.ClientInfo): void {
    // What goes wrong with a client ends its connection and is no business of others.
    const socket = this.#strangers.find(info);
    client.on('error', (error: Error & { level?: string }) => {
      this.#context.log.debug({ err: error, ip: info.ip }, 'an SSH client failed');
      // One that does not answer would not hear a farewell either.
      if (error.level === 'client-timeout') socket?.destroy();
    });
    if (!socket) return void client.end();
    const log = this.#context.log.child({ ssh_connection: makeId('request') });
    const connection = new RelayConnection({
      context: { ...this.#context, log },
      relay: this,
      client,
      socket,
    });
    this.#open.add(connection);
    client.once('close', () => this.#open.delete(connection));
  }
}

/** The keys are the database's: servers that share one are the same to clients. */
export async function createSshRelay(context: Context): Promise<SshRelay | undefined> {
  if (!context.settings.ssh_enabled) return undefined;
  const { store } = context;
  const hostKey = new OwnKey(await store.secret('ssh_host_key'));
  const authority = new OwnKey(await store.secret('ssh_authority'));
  return new SshRelay(context, { hostKey, authority });
}
