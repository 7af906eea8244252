import type { Socket } from 'node:net';
import type ssh2 from 'ssh2';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { SshAccess } from '../store/ssh/ssh-access.ts';
import { admit } from './admit.ts';
import { AgentForward } from './agent-forward.ts';
import { findVisited } from './find-visited.ts';
import { serveForwards } from './forwards.ts';
import { guardMemory } from './guard-memory.ts';
import type { SshRelay } from './relay.ts';
import { sayFailure } from './say-failure.ts';
import { serveSession } from './session.ts';

const MOST_ATTEMPTS = 12;
const MOST_SESSIONS = 20;
/** How long a client may take to hear why its connection ends. */
const FAREWELL_MS = 300;

/** One connection of a client. */
export class RelayConnection {
  /** Set once the client has been let in. */
  access: SshAccess | undefined;
  readonly context: Context;
  readonly socket: Socket;
  /** Open channels of sessions and forwards. */
  readonly channels = new Set<ssh2.ServerChannel>();
  /** Those of them that have a program. */
  readonly sessions = new Set<ssh2.ServerChannel>();
  readonly #relay: SshRelay;
  readonly #client: ssh2.Connection;
  readonly #gone = new AbortController();
  #live: Promise<LiveInstance> | undefined;
  #attempts = 0;

  constructor(options: { context: Context; relay: SshRelay; client: ssh2.Connection; socket: Socket }) {
    this.context = options.context;
    this.socket = options.socket;
    this.#relay = options.relay;
    this.#client = options.client;
    const client = this.#client;
    client.once('close', () => this.#gone.abort());
    client.on('authentication', (attempt) => void this.#authenticate(attempt));
    client.once('ready', () => this.#begin(this.access!));
    guardMemory(this);
  }

  /** Aborts when the client has gone or was cut off. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The sandbox behind the connection. @throws {ApiError} Why it cannot be reached. */
  findLive(): Promise<LiveInstance> {
    return this.#live!;
  }

  /** The way of the connection, as sshd tells programs of it. */
  get way(): { SSH_CONNECTION: string; SSH_CLIENT: string } {
    const { remoteAddress, remotePort, localAddress, localPort } = this.socket;
    return {
      SSH_CONNECTION: `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`,
      SSH_CLIENT: `${remoteAddress} ${remotePort} ${localPort}`,
    };
  }

  /** Ends the connection. */
  cut(why: string): void {
    if (this.gone.aborted) return;
    this.#gone.abort();
    // A client that is disconnected in the same moment would show nothing of it.
    for (const channel of this.sessions) sayFailure(channel, why);
    setTimeout(() => {
      this.#client.end();
      this.socket.destroySoon();
    }, FAREWELL_MS);
  }

  async #authenticate(attempt: ssh2.AuthContext): Promise<void> {
    if (attempt.method !== 'publickey') return attempt.reject(['publickey']);
    this.#attempts += 1;
    if (this.#attempts > MOST_ATTEMPTS) return void this.#client.end();
    const { key, signature, blob, hashAlgo } = attempt;
    const proof = signature && blob && { algorithm: key.algo, hash: hashAlgo, signature, signed: blob };
    const claim = { user: attempt.username, algorithm: key.algo, data: key.data, proof };
    try {
      const access = await admit(this.context, claim);
      if (!access) return attempt.reject(['publickey']);
      if (proof) this.access = access;
      attempt.accept();
    } catch (error) {
      this.context.log.warn({ err: error }, 'an SSH client could not be let in');
      this.#client.end();
    }
  }

  #begin(access: SshAccess): void {
    this.socket.emit('admitted');
    const { store, log } = this.context;
    const leave = this.#relay.accesses.enter(access, (why) => this.cut(why));
    this.gone.addEventListener('abort', leave, { once: true });
    if (this.gone.aborted) {
      leave();
      return;
    }
    const about = { access_id: access.id, sandbox_id: access.sandboxId };
    log.info(about, 'an SSH client was let in');
    this.gone.addEventListener('abort', () => log.info(about, 'an SSH client has left'), { once: true });
    store.markSshAccessUsed({ id: access.id, usedAt: Date.now() }).catch((error) => {
      log.warn({ err: error }, 'the use of an SSH access was not noted');
    });
    this.#live = this.#visit(access);
    // Each session tells it.
    this.#live.catch(() => undefined);
    const agent = new AgentForward(this, this.#client);
    let sessions = 0;
    this.#client.on('session', (accept, reject) => {
      if (sessions >= MOST_SESSIONS || this.gone.aborted) return reject();
      sessions += 1;
      const session = accept();
      session.once('close', () => {
        sessions -= 1;
      });
      serveSession(this, session, agent);
    });
    serveForwards(this, this.#client);
  }

  async #visit(access: SshAccess): Promise<LiveInstance> {
    const most = this.context.settings.sandbox_max_ssh_connections;
    if (this.#relay.countOf(access.executionId) > most) {
      const problem = `Sandbox ${access.sandboxId} has ${most} SSH connections, which is the most`;
      throw new ApiError('quota_exceeded', { problem }, { details: { limit: most } });
    }
    const live = await findVisited(this.context, access);
    const end = () => {
      void this.context.finder
        .describeEnd(live)
        .catch(() => undefined)
        .then((why) => this.cut(why?.message ?? `sandbox ${access.sandboxId} does not run any more`));
    };
    live.ended.addEventListener('abort', end, { once: true });
    this.gone.addEventListener('abort', () => live.ended.removeEventListener('abort', end), { once: true });
    if (live.ended.aborted) end();
    return live;
  }
}
