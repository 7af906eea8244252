import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { PreviewGrantRow } from '../schema.ts';
import { write } from '../write.ts';
import type { Grant, GrantUse, NewGrant } from './preview.ts';

export async function insertGrant(
  context: StoreContext,
  grant: NewGrant,
  { maxGrants }: { maxGrants: number },
): Promise<Grant | undefined> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, grant.tenantId);
    const { count } = await transaction
      .selectFrom('preview_grants')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('execution_id', '=', grant.executionId)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', grant.createdAt)
      .executeTakeFirstOrThrow();
    if (count >= maxGrants) return undefined;
    const row: PreviewGrantRow = {
      id: grant.id,
      tenant_id: grant.tenantId,
      sandbox_id: grant.sandboxId,
      execution_id: grant.executionId,
      port: grant.port,
      auth_mode: grant.authMode,
      transports: JSON.stringify(grant.transports),
      created_at: grant.createdAt,
      updated_at: grant.createdAt,
      expires_at: grant.expiresAt,
      revoked_at: null,
      first_used_at: null,
      last_used_at: null,
      http_count: 0,
      websocket_count: 0,
      bytes_in: 0,
      bytes_out: 0,
    };
    await transaction.insertInto('preview_grants').values(row).execute();
    return toGrant(row);
  });
}

export async function findGrant({ db }: StoreContext, id: string): Promise<Grant | undefined> {
  const row = await db.selectFrom('preview_grants').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toGrant(row);
}

export async function listGrants(
  { db }: StoreContext,
  { executionId, port }: { executionId: string; port?: number },
): Promise<Grant[]> {
  const rows = await db
    .selectFrom('preview_grants')
    .selectAll()
    .where('execution_id', '=', executionId)
    .$if(port !== undefined, (query) => query.where('port', '=', port!))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toGrant);
}

export async function revokeGrant(
  context: StoreContext,
  { id, executionId, revokedAt }: { id: string; executionId: string; revokedAt: number },
): Promise<Grant | undefined> {
  const row = await write(context, 'now', (transaction) =>
    transaction
      .updateTable('preview_grants')
      .set((build) => ({
        revoked_at: build.fn.coalesce('revoked_at', build.val(revokedAt)),
        updated_at: revokedAt,
      }))
      .where('id', '=', id)
      .where('execution_id', '=', executionId)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toGrant(row);
}

export async function countGrantUse(context: StoreContext, uses: GrantUse[]): Promise<void> {
  await write(context, 'soon', async (transaction) => {
    for (const use of uses) {
      await transaction
        .updateTable('preview_grants')
        .set((build) => ({
          first_used_at: build.fn.coalesce('first_used_at', build.val(use.usedAt)),
          last_used_at: use.usedAt,
          http_count: build('http_count', '+', use.http),
          websocket_count: build('websocket_count', '+', use.websocket),
          bytes_in: build('bytes_in', '+', use.bytesIn),
          bytes_out: build('bytes_out', '+', use.bytesOut),
        }))
        .where('id', '=', use.id)
        .execute();
    }
  });
}

function toGrant(row: PreviewGrantRow): Grant {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    sandboxId: row.sandbox_id,
    executionId: row.execution_id,
    port: row.port,
    authMode: row.auth_mode,
    transports: JSON.parse(row.transports),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    firstUsedAt: row.first_used_at,
    lastUsedAt: row.last_used_at,
    httpCount: row.http_count,
    websocketCount: row.websocket_count,
    bytesIn: row.bytes_in,
    bytesOut: row.bytes_out,
  };
}
