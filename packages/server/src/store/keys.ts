import type { StoreContext } from './context.ts';
import type { ApiKey } from './records.ts';
import type { ApiKeyRow } from './schema.ts';
import { write } from './write.ts';

const useRecordedEveryMs = 60_000;

export async function createKey(
  context: StoreContext,
  key: Pick<ApiKey, 'id' | 'tenantId' | 'name' | 'prefix' | 'hash' | 'createdAt'>,
): Promise<ApiKey> {
  const row = await write(context, 'now', (transaction) =>
    transaction
      .insertInto('api_keys')
      .values({
        id: key.id,
        tenant_id: key.tenantId,
        name: key.name,
        prefix: key.prefix,
        hash: key.hash,
        created_at: key.createdAt,
        last_used_at: null,
        revoked_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
  return toKey(row);
}

export async function findKeyByHash({ db }: StoreContext, hash: string): Promise<ApiKey | undefined> {
  const row = await db.selectFrom('api_keys').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row && toKey(row);
}

export async function listKeys(
  { db }: StoreContext,
  { tenantId }: { tenantId?: string } = {},
): Promise<ApiKey[]> {
  let query = db.selectFrom('api_keys').selectAll();
  if (tenantId !== undefined) {
    query = query.where('tenant_id', '=', tenantId);
  }
  const rows = await query.orderBy('created_at').orderBy('id').execute();
  return rows.map(toKey);
}

export async function revokeKey(
  context: StoreContext,
  { id, revokedAt }: { id: string; revokedAt: number },
): Promise<ApiKey | undefined> {
  const row = await write(context, 'now', (transaction) =>
    transaction
      .updateTable('api_keys')
      .set((build) => ({ revoked_at: build.fn.coalesce('revoked_at', build.val(revokedAt)) }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toKey(row);
}

export async function markKeyUsed(
  context: StoreContext,
  { id, usedAt }: { id: string; usedAt: number },
): Promise<void> {
  const stored = await context.db
    .selectFrom('api_keys')
    .select('last_used_at')
    .where('id', '=', id)
    .executeTakeFirst();
  if (!stored || (stored.last_used_at !== null && usedAt - stored.last_used_at < useRecordedEveryMs)) {
    return;
  }
  await write(context, 'soon', (transaction) =>
    transaction.updateTable('api_keys').set({ last_used_at: usedAt }).where('id', '=', id).execute(),
  );
}

function toKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    prefix: row.prefix,
    hash: row.hash,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
