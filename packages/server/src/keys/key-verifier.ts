import { timingSafeEqual } from 'node:crypto';
import type { Store } from '../store/store.ts';
import { hashKey, KEY_PREFIX } from './make-key.ts';

/** Whom a request acts for. */
export interface Caller {
  tenantId: string;
  keyId: string;
}

/** Milliseconds that a found key is trusted without asking the store: a revoked key works no longer than this. */
const TRUST_MS = 2000;
const MAX_CACHED = 10_000;

/** Finds the tenant of an API key. */
export class KeyVerifier {
  readonly #store: Pick<Store, 'findKeyByHash' | 'markKeyUsed'>;
  readonly #now: () => number;
  readonly #known = new Map<string, { caller: Caller; until: number }>();

  constructor(store: Pick<Store, 'findKeyByHash' | 'markKeyUsed'>, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** The caller behind a key; undefined for a key that is malformed, unknown or revoked. */
  async verify(key: string): Promise<Caller | undefined> {
    if (!key.startsWith(KEY_PREFIX) || key.length > 256) return undefined;
    const hash = hashKey(key);
    const known = this.#known.get(hash);
    if (known && known.until > this.#now()) return known.caller;
    return this.#look(hash);
  }

  async #look(hash: string): Promise<Caller | undefined> {
    const found = await this.#store.findKeyByHash(hash);
    this.#known.delete(hash);
    if (!found || found.revokedAt !== null) return undefined;
    if (!timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) return undefined;
    const caller = { tenantId: found.tenantId, keyId: found.id };
    const now = this.#now();
    if (this.#known.size >= MAX_CACHED) this.#known.clear();
    this.#known.set(hash, { caller, until: now + TRUST_MS });
    // A use that is not recorded harms nobody, so the request does not wait for it.
    this.#store.markKeyUsed({ id: found.id, usedAt: now }).catch(() => undefined);
    return caller;
  }
}
