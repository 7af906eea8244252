import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { SshAccessRow } from '../schema.ts';
import { write } from '../write.ts';
import type { NewSshAccess, SshAccess } from './ssh-access.ts';

/** Accesses of one key that are looked at. */
const MOST_OF_A_KEY = 1000;

export async function insertSshAccess(
  context: StoreContext,
  access: NewSshAccess,
  { max }: { max: number },
): Promise<SshAccess | undefined> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, access.tenantId);
    const { count } = await transaction
      .selectFrom('ssh_accesses')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('execution_id', '=', access.executionId)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', access.createdAt)
      .executeTakeFirstOrThrow();
    if (count >= max) return undefined;
    const row: SshAccessRow = {
      id: access.id,
      tenant_id: access.tenantId,
      sandbox_id: access.sandboxId,
      execution_id: access.executionId,
      account: access.account,
      public_key: access.publicKey,
      key_hash: access.keyHash,
      certificate_hash: access.certificateHash,
      created_at: access.createdAt,
      expires_at: access.expiresAt,
      revoked_at: null,
      last_used_at: null,
    };
    await transaction.insertInto('ssh_accesses').values(row).execute();
    return toAccess(row);
  });
}

export async function findSshAccess({ db }: StoreContext, id: string): Promise<SshAccess | undefined> {
  const row = await db.selectFrom('ssh_accesses').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAccess(row);
}

export async function findSshAccessesByHash(
  { db }: StoreContext,
  { hash, now }: { hash: string; now: number },
): Promise<SshAccess[]> {
  const rows = await db
    .selectFrom('ssh_accesses')
    .selectAll()
    .where((build) => build.or([build('key_hash', '=', hash), build('certificate_hash', '=', hash)]))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MOST_OF_A_KEY)
    .execute();
  return rows.map(toAccess);
}

export async function listSshAccesses({ db }: StoreContext, executionId: string): Promise<SshAccess[]> {
  const rows = await db
    .selectFrom('ssh_accesses')
    .selectAll()
    .where('execution_id', '=', executionId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toAccess);
}

export async function revokeSshAccess(
  context: StoreContext,
  { id, executionId, revokedAt }: { id: string; executionId: string; revokedAt: number },
): Promise<SshAccess | undefined> {
  const row = await write(context, 'now', (transaction) =>
    transaction
      .updateTable('ssh_accesses')
      .set((build) => ({ revoked_at: build.fn.coalesce('revoked_at', build.val(revokedAt)) }))
      .where('id', '=', id)
      .where('execution_id', '=', executionId)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toAccess(row);
}

export async function markSshAccessUsed(
  context: StoreContext,
  { id, usedAt }: { id: string; usedAt: number },
): Promise<void> {
  await write(context, 'soon', (transaction) =>
    transaction.updateTable('ssh_accesses').set({ last_used_at: usedAt }).where('id', '=', id).execute(),
  );
}

function toAccess(row: SshAccessRow): SshAccess {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    sandboxId: row.sandbox_id,
    executionId: row.execution_id,
    account: row.account,
    publicKey: row.public_key,
    keyHash: row.key_hash,
    certificateHash: row.certificate_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
