import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';

export interface NameClaim {
  token: string;
  tenantId: string;
  name: string;
  expiresAt: number;
}

/** Reserves a name. False: somebody has reserved it. */
export async function claimTemplateName(
  context: StoreContext,
  { token, tenantId, name, expiresAt, now }: NameClaim & { now: number },
): Promise<boolean> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, tenantId);
    if (await isClaimed(transaction, { tenantId, name, now })) return false;
    await transaction
      .deleteFrom('template_claims')
      .where('tenant_id', '=', tenantId)
      .where('name', '=', name)
      .execute();
    await transaction
      .insertInto('template_claims')
      .values({ token, tenant_id: tenantId, name, expires_at: expiresAt })
      .execute();
    return true;
  });
}

export async function releaseTemplateClaim(
  context: StoreContext,
  { token, tenantId }: { token: string; tenantId: string },
): Promise<void> {
  await write(context, 'now', (transaction) =>
    transaction
      .deleteFrom('template_claims')
      .where('token', '=', token)
      .where('tenant_id', '=', tenantId)
      .execute(),
  );
}

/** Whether a name is reserved under another token than this. */
export async function isClaimed(
  transaction: DatabaseTransaction,
  { tenantId, name, now, token }: { tenantId: string; name: string; now: number; token?: string | undefined },
): Promise<boolean> {
  const row = await transaction
    .selectFrom('template_claims')
    .select('token')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined && row.token !== token;
}
