import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';

/** An idle connection is closed after this, so that quiet sandboxes hold no descriptors. */
const IDLE_MS = 30_000;
/** The same of one that no call has come by: the guest would close it after ten seconds. */
const AHEAD_MS = 5_000;

/** Connections to the agent of one guest, open between calls: a new one costs a quiet guest as much as a small call. */
export class GuestAgent extends Agent {
  #ahead: Socket | undefined;

  /** `idleMs`: an idle connection is closed after this; 0: it stays open. */
  constructor({ idleMs = IDLE_MS }: { idleMs?: number } = {}) {
    const timeout = idleMs > 0 ? { timeout: idleMs } : {};
    super({ keepAlive: true, maxFreeSockets: 4, scheduling: 'lifo', ...timeout });
  }

  /** Takes an open connection for the next call. */
  use(socket: Socket): void {
    this.#ahead?.destroy();
    this.#ahead = socket;
    const forget = () => {
      if (this.#ahead === socket) this.#ahead = undefined;
    };
    // The call that comes opens another one, and tells what is wrong.
    socket.on('error', forget);
    socket.once('close', forget);
    // A guest has nothing to say unasked. Reading is also how its end is noticed.
    socket.on('data', this.#refuse);
  }

  /** Opens a connection for a call whose caller is still on the way. */
  openAhead(target: { host: string; port: number }): void {
    if (this.#ahead) return;
    const socket = connect({ ...target, keepAlive: true, noDelay: true });
    this.use(socket);
    const unused = setTimeout(() => {
      if (this.#ahead === socket) socket.destroy();
    }, AHEAD_MS);
    unused.unref();
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (!ahead || ahead.destroyed) return super.createConnection(options, callback);
    ahead.off('data', this.#refuse);
    return ahead;
  }

  override destroy(): void {
    this.#ahead?.destroy();
    super.destroy();
  }

  readonly #refuse = () => {
    this.#ahead?.destroy();
  };
}
