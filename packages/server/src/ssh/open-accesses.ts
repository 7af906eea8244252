import type { SshAccess } from '../store/ssh/ssh-access.ts';
import type { Store } from '../store/store.ts';

const LOOK_MS = 500;

/** Ends a connection and tells its user why. */
export type Cut = (why: string) => void;

/** Connections that accesses have let in, which end when the access does. */
export class OpenAccesses {
  readonly #store: Store;
  readonly #open = new Map<string, { access: SshAccess; cuts: Set<Cut> }>();
  readonly #timer: NodeJS.Timeout;

  constructor(store: Store) {
    this.#store = store;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Notes a connection. Returns how to note that it is over. */
  enter(access: SshAccess, cut: Cut): () => void {
    const entry = this.#open.get(access.id) ?? { access, cuts: new Set() };
    this.#open.set(access.id, entry);
    entry.cuts.add(cut);
    return () => {
      entry.cuts.delete(cut);
      if (entry.cuts.size === 0 && this.#open.get(access.id) === entry) this.#open.delete(access.id);
    };
  }

  cut(id: string, why: string): void {
    for (const cut of this.#open.get(id)?.cuts ?? []) cut(why);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const id of this.#open.keys()) this.cut(id, 'the server stops');
  }

  /** Time passes, and another server of this database may have revoked an access. */
  async #look(): Promise<void> {
    for (const [id, { access }] of this.#open) {
      const known = await this.#store.findSshAccess(id).catch(() => access);
      if (!known || known.revokedAt !== null) this.cut(id, 'the access was revoked');
      else if (known.expiresAt <= Date.now()) this.cut(id, 'the access has expired');
    }
  }
}
