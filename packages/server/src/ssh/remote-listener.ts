import { setTimeout as wait } from 'node:timers/promises';
import type ssh2 from 'ssh2';
import { joinChannel } from './join-channel.ts';
import { type InnerListener, listenInside, type Visitor } from './listen-inside.ts';
import type { RelayConnection } from './relay-connection.ts';
import type { Slots } from './slots.ts';

/** How often it is tried again to listen when a snapshot of the sandbox has interrupted it: for two minutes. */
const RETRY_MS = 250;
const MOST_RETRIES = 480;

interface Lead {
  /** Where the agent is to listen. */
  query: Record<string, string>;
  /** Opens a channel to the client for a visitor of what listens at `bound`. */
  open: (visitor: Visitor, bound: string, opened: ssh2.ServerCallback) => void;
  slots: Slots;
}

/** Listens inside a sandbox and leads those who come to the client, as long as the connection stands. */
export class RemoteListener {
  readonly #connection: RelayConnection;
  readonly #lead: Lead;
  readonly #closed = new AbortController();
  #inner: InnerListener | undefined;

  private constructor(connection: RelayConnection, lead: Lead) {
    this.#connection = connection;
    this.#lead = lead;
  }

  /** @throws {Error} It cannot listen there. */
  static async start(connection: RelayConnection, lead: Lead): Promise<RemoteListener> {
    const listener = new RemoteListener(connection, lead);
    await listener.#listen(lead.query);
    const { gone } = connection;
    const close = () => listener.close();
    gone.addEventListener('abort', close, { once: true });
    listener.#closed.signal.addEventListener('abort', () => gone.removeEventListener('abort', close));
    if (gone.aborted) close();
    void listener.#stay();
    return listener;
  }

  /** The port or path inside. */
  get bound(): string {
    return this.#inner!.bound;
  }

  /** Aborts when nothing is led to the client any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  close(): void {
    this.#closed.abort();
    this.#inner?.close();
  }

  async #listen(query: Record<string, string>): Promise<void> {
    const live = await this.#connection.findLive();
    this.#inner = await listenInside(live, query, (visitor) => {
      const { slots } = this.#lead;
      void slots.use(
        () => undefined,
        () => this.#receive(visitor),
      );
    });
  }

  /** Listens again at the same place after an interruption. */
  async #stay(): Promise<void> {
    const { bound } = this;
    const { query } = this.#lead;
    const again = 'port' in query ? { ...query, port: bound } : query;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#inner!.ended;
      for (let times = 0; times < MOST_RETRIES && !signal.aborted; times++) {
        const listens = await this.#listen(again).then(
          () => true,
          () => false,
        );
        if (signal.aborted) this.#inner?.close();
        if (listens) break;
        if (times === MOST_RETRIES - 1) return this.close();
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #receive(visitor: Visitor): Promise<void> {
    const inner = await visitor.take().catch(() => undefined);
    if (!inner) return;
    inner.on('error', () => inner.destroy());
    const channel = await this.#openChannel(visitor);
    if (!channel || this.#connection.gone.aborted || inner.destroyed) {
      inner.destroy();
      channel?.close();
      return;
    }
    await joinChannel(this.#connection, channel, inner);
  }

  /** The client may refuse it, or never answer. */
  #openChannel(visitor: Visitor): Promise<ssh2.ServerChannel | undefined> {
    const { gone } = this.#connection;
    return new Promise((resolve) => {
      gone.addEventListener('abort', () => resolve(undefined), { once: true });
      this.#lead.open(visitor, this.bound, (error, channel) => resolve(error ? undefined : channel));
    });
  }
}
