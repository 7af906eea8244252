import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import type { WebhookRow } from '../schema.ts';
import { write } from '../write.ts';
import type { NewWebhook, Webhook, WebhookChange } from './webhook.ts';
import { toWebhook } from './webhook-rows.ts';

export type InsertWebhookResult = { inserted: true; webhook: Webhook } | { inserted: false; count: number };
interface Address {
  tenantId: string;
  id: string;
}

export async function insertWebhook(
  context: StoreContext,
  webhook: NewWebhook,
  { maxWebhooks }: { maxWebhooks: number },
): Promise<InsertWebhookResult> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, webhook.tenantId);
    const { count } = await transaction
      .selectFrom('webhooks')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('tenant_id', '=', webhook.tenantId)
      .executeTakeFirstOrThrow();
    if (count >= maxWebhooks) return { inserted: false, count };
    const row: WebhookRow = {
      id: webhook.id,
      tenant_id: webhook.tenantId,
      url: webhook.url,
      operations: JSON.stringify(webhook.operations),
      enabled: webhook.enabled ? 1 : 0,
      secret: webhook.secret,
      created_at: webhook.createdAt,
      updated_at: webhook.createdAt,
      last_attempt_at: null,
      last_status: null,
      last_error: null,
    };
    await transaction.insertInto('webhooks').values(row).execute();
    return { inserted: true, webhook: toWebhook(row) };
  });
}

export async function getWebhook(
  { db }: StoreContext,
  { tenantId, id }: Address,
): Promise<Webhook | undefined> {
  const row = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row && toWebhook(row);
}

export async function listWebhooks({ db }: StoreContext, tenantId: string): Promise<Webhook[]> {
  const rows = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toWebhook);
}

export async function updateWebhook(
  context: StoreContext,
  { tenantId, id }: Address,
  { change, now }: { change: WebhookChange; now: number },
): Promise<Webhook | undefined> {
  const { url, operations, enabled, secret } = change;
  const row = await write(context, 'now', (transaction) =>
    transaction
      .updateTable('webhooks')
      .set({
        updated_at: now,
        ...(url === undefined ? {} : { url }),
        ...(operations === undefined ? {} : { operations: JSON.stringify(operations) }),
        ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
        ...(secret === undefined ? {} : { secret }),
      })
      .where('id', '=', id)
      .where('tenant_id', '=', tenantId)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toWebhook(row);
}

export async function deleteWebhook(context: StoreContext, { tenantId, id }: Address): Promise<boolean> {
  const { numDeletedRows } = await write(context, 'now', (transaction) =>
    transaction
      .deleteFrom('webhooks')
      .where('id', '=', id)
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}
