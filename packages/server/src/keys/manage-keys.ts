import { makeId, randomWord } from '../make-id.ts';
import type { ApiKey } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { hashKey, makeKey, shownPrefix } from './make-key.ts';

/** Tenant of keys that are made without naming one. */
export const DEFAULT_TENANT = 'default';

/** A key as operators see it. */
export interface ShownKey {
  id: string;
  tenant: string;
  name: string;
  prefix: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

/** Makes a key, and its tenant when there is none of that name. The key itself is shown here and never again. */
export async function createKey(
  store: Store,
  options: { tenant: string; name: string },
): Promise<ShownKey & { key: string }> {
  const now = Date.now();
  const tenant = await store.ensureTenant({
    id: `ten_${randomWord(20)}`,
    name: options.tenant,
    createdAt: now,
  });
  const key = makeKey();
  const stored = await store.createKey({
    id: makeId('api_key'),
    tenantId: tenant.id,
    name: options.name,
    prefix: shownPrefix(key),
    hash: hashKey(key),
    createdAt: now,
  });
  return { ...present(stored, tenant.name), key };
}

/** Keys, oldest first, revoked ones too; of one tenant or of all. Undefined: no tenant of that name. */
export async function listKeys(store: Store, options: { tenant?: string }): Promise<ShownKey[] | undefined> {
  const tenants = await store.listTenants();
  const tenant = tenants.find(({ name }) => name === options.tenant);
  if (options.tenant !== undefined && !tenant) return undefined;
  const names = new Map(tenants.map(({ id, name }) => [id, name]));
  const keys = await store.listKeys(tenant ? { tenantId: tenant.id } : {});
  return keys.map((key) => present(key, names.get(key.tenantId) ?? ''));
}

/** Revokes a key by its id or by its shown prefix, when that names one key only. Undefined: no such key. */
export async function revokeKey(store: Store, idOrPrefix: string): Promise<ShownKey | undefined> {
  const keys = await store.listKeys();
  const found = keys.filter(({ id, prefix }) => id === idOrPrefix || prefix === idOrPrefix);
  if (found.length !== 1) return undefined;
  const revoked = await store.revokeKey({ id: found[0]!.id, revokedAt: Date.now() });
  if (!revoked) return undefined;
  const tenant = await store.getTenant(revoked.tenantId);
  return present(revoked, tenant?.name ?? '');
}

function present(key: ApiKey, tenant: string): ShownKey {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    id: key.id,
    tenant,
    name: key.name,
    prefix: key.prefix,
    created_at: new Date(key.createdAt).toISOString(),
    last_used_at: time(key.lastUsedAt),
    revoked_at: time(key.revokedAt),
  };
}
