import type { Grant, GrantUse } from '../store/previews/preview.ts';
import type { Store } from '../store/store.ts';

/** How long a grant is believed without looking again: the time that another server's revocation may take. */
const FRESH_MS = 500;
const FLUSH_MS = 1000;
/** Grants that are remembered; more are looked up again. */
const KEPT = 10_000;

type Cut = () => void;

/** Grants as the gateway uses them: looked up seldom, counted often, and cut off when they are revoked. */
export class Grants {
  readonly #store: Store;
  readonly #onFailure: (error: unknown) => void;
  readonly #known = new Map<string, { grant: Grant | undefined; at: number }>();
  readonly #open = new Map<string, Set<Cut>>();
  readonly #uses = new Map<string, GrantUse>();
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> = Promise.resolve();

  constructor(store: Store, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#onFailure = onFailure;
    this.#timer = setInterval(() => void this.#look(), FLUSH_MS);
    this.#timer.unref();
  }

  async find(id: string): Promise<Grant | undefined> {
    const known = this.#known.get(id);
    if (known && Date.now() - known.at < FRESH_MS) return known.grant;
    return await this.#lookUp(id);
  }

  /** Notes that a connection was let in by a grant. Returns how to note that it is over. */
  enter(id: string, transport: 'http' | 'websocket', cut: Cut): (bytes: { in: number; out: number }) => void {
    const open = this.#open.get(id) ?? new Set();
    this.#open.set(id, open.add(cut));
    this.#count({ id, http: transport === 'http' ? 1 : 0, websocket: transport === 'http' ? 0 : 1 });
    return (bytes) => {
      open.delete(cut);
      if (open.size === 0) this.#open.delete(id);
      this.#count({ id, bytesIn: bytes.in, bytesOut: bytes.out });
    };
  }

  /** Cuts every connection that this grant let in, and forgets what was known of it. */
  cut(id: string): void {
    this.#known.delete(id);
    for (const cut of this.#open.get(id) ?? []) cut();
  }

  /** Records what was counted. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const id of this.#open.keys()) this.cut(id);
    await this.flush();
  }

  /** Another server of this database may have revoked a grant whose connections are open here. */
  async #look(): Promise<void> {
    await this.flush();
    for (const id of this.#open.keys()) {
      const grant = await this.#lookUp(id).catch(() => ({ revokedAt: null }));
      if (!grant || grant.revokedAt !== null) this.cut(id);
    }
  }

  async #lookUp(id: string): Promise<Grant | undefined> {
    const grant = await this.#store.findGrant(id);
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(id, { grant, at: Date.now() });
    return grant;
  }

  #count(more: Partial<GrantUse> & { id: string }): void {
    const use = this.#uses.get(more.id) ?? {
      id: more.id,
      usedAt: 0,
      http: 0,
      websocket: 0,
      bytesIn: 0,
      bytesOut: 0,
    };
    use.usedAt = Date.now();
    use.http += more.http ?? 0;
    use.websocket += more.websocket ?? 0;
    use.bytesIn += more.bytesIn ?? 0;
    use.bytesOut += more.bytesOut ?? 0;
    this.#uses.set(more.id, use);
  }

  async #write(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = [...this.#uses.values()];
    this.#uses.clear();
    await this.#store.countGrantUse(uses).catch(this.#onFailure);
  }
}
