import type { StoreContext } from '../context.ts';
import type { LifecycleEvent } from '../events/event.ts';
import { toEvent } from '../events/event-row.ts';
import type { Delivery, DeliveryAttempt } from './webhook.ts';
import { toAttempt, toDelivery } from './webhook-rows.ts';

/** Deliveries of a webhook, newest event first. */
export async function listDeliveries(
  { db }: StoreContext,
  { webhookId, offset, limit }: { webhookId: string; offset: number; limit: number },
): Promise<Delivery[]> {
  const rows = await db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .orderBy('event_number', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(toDelivery);
}

export interface DeliveryWithAttempts {
  delivery: Delivery;
  event: LifecycleEvent;
  /** In their order. */
  attempts: DeliveryAttempt[];
}

export async function getDelivery(
  { db }: StoreContext,
  { webhookId, id }: { webhookId: string; id: string },
): Promise<DeliveryWithAttempts | undefined> {
  const row = await db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('webhook_id', '=', webhookId)
    .executeTakeFirst();
  const event =
    row && (await db.selectFrom('events').selectAll().where('id', '=', row.event_id).executeTakeFirst());
  if (!event) return undefined;
  const attempts = await db
    .selectFrom('webhook_attempts')
    .selectAll()
    .where('delivery_id', '=', id)
    .orderBy('number')
    .execute();
  return { delivery: toDelivery(row), event: toEvent(event), attempts: attempts.map(toAttempt) };
}
