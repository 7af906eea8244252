import { isPrivate } from '../sandboxes/traffic-token.ts';
import type { Sandbox } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** How long another server's change of a policy may take to be seen. */
const LOOK_MS = 500;

type Policed = Pick<Sandbox, 'executionId' | 'network' | 'trafficToken'>;

interface Connection {
  /** The token that counted when it was let in; null: none was needed. */
  trafficToken: string | null;
  cut(): void;
}

/** Open connections to previews, which are cut when their sandbox wants a traffic token that they did not show. */
export class PublicTraffic {
  readonly #store: Store;
  readonly #open = new Map<string, Set<Connection>>();
  readonly #timer: NodeJS.Timeout;

  constructor(store: Store) {
    this.#store = store;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Notes a connection. Returns how to note that it is over. */
  enter(executionId: string, connection: Connection): () => void {
    const open = this.#open.get(executionId) ?? new Set();
    this.#open.set(executionId, open.add(connection));
    return () => {
      open.delete(connection);
      if (open.size === 0 && this.#open.get(executionId) === open) this.#open.delete(executionId);
    };
  }

  /** Cuts what a sandbox, as it is now, would not let in. */
  apply(sandbox: Policed): void {
    if (!isPrivate(sandbox.network)) return;
    for (const { trafficToken, cut } of this.#open.get(sandbox.executionId) ?? []) {
      if (trafficToken !== sandbox.trafficToken) cut();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    for (const executionId of this.#open.keys()) {
      const sandbox = await this.#store.findExecution(executionId).catch(() => undefined);
      if (sandbox) this.apply(sandbox);
    }
  }
}
