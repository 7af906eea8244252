import { makeId } from '../../make-id.ts';
import type { StoreContext } from '../context.ts';
import { toEvent } from '../events/event-row.ts';
import type { DatabaseTransaction, DeliveryRow } from '../schema.ts';
import { write } from '../write.ts';
import type { ClaimedDelivery, Webhook } from './webhook.ts';
import { toWebhook } from './webhook-rows.ts';

/** Enabled webhooks with a delivery that is due, the longest overdue first. */
export async function listDueWebhooks(
  { db }: StoreContext,
  { now, limit }: { now: number; limit: number },
): Promise<Webhook[]> {
  const rows = await db
    .selectFrom((build) =>
      build
        .selectFrom('webhooks')
        .selectAll()
        .select((inner) =>
          inner
            .selectFrom('webhook_deliveries')
            .select('due_at')
            .whereRef('webhook_deliveries.webhook_id', '=', 'webhooks.id')
            .where('due_at', '<=', now)
            .orderBy('due_at')
            .limit(1)
            .as('due_at'),
        )
        .where('enabled', '=', 1)
        .as('due'),
    )
    .selectAll()
    .where('due_at', 'is not', null)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toWebhook);
}

/**
 * Takes deliveries of a webhook that are due, the longest overdue first. Nobody else gets them before `until`; whoever
 * dies with one leaves it due from then on, and the next claimer finds that attempt in the log as interrupted.
 */
export async function claimDeliveries(
  context: StoreContext,
  { webhookId, now, until, limit }: { webhookId: string; now: number; until: number; limit: number },
): Promise<ClaimedDelivery[]> {
  return write(context, 'soon', async (transaction) => {
    const rows = await transaction
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('event_number')
      .limit(limit)
      .$if(context.dialect === 'postgres', (query) => query.forUpdate().skipLocked())
      .execute();
    if (rows.length === 0) return [];
    await logInterrupted(transaction, rows);
    for (const { id, attempt_count } of rows) {
      await transaction
        .updateTable('webhook_deliveries')
        .set({
          status: 'in_progress',
          due_at: until,
          attempt_count: attempt_count + 1,
          last_attempt_at: now,
        })
        .where('id', '=', id)
        .execute();
    }
    const events = await transaction
      .selectFrom('events')
      .selectAll()
      .where(
        'id',
        'in',
        rows.map(({ event_id }) => event_id),
      )
      .execute();
    const byId = new Map(events.map((event) => [event.id, toEvent(event)]));
    return rows.map(({ id, attempt_count, event_id }) => ({
      id,
      webhookId,
      attempt: attempt_count + 1,
      event: byId.get(event_id)!,
    }));
  });
}

async function logInterrupted(transaction: DatabaseTransaction, rows: DeliveryRow[]): Promise<void> {
  const interrupted = rows.filter(({ status }) => status === 'in_progress');
  if (interrupted.length === 0) return;
  await transaction
    .insertInto('webhook_attempts')
    .values(
      interrupted.map((row) => ({
        id: makeId('attempt'),
        delivery_id: row.id,
        number: row.attempt_count,
        attempted_at: row.last_attempt_at ?? row.created_at,
        duration_ms: 0,
        response_status: null,
        error_code: 'interrupted',
        error_message: 'The server ended during the attempt: the event may have arrived.',
      })),
    )
    .execute();
}

/** Makes deliveries in progress due at once. Only for a server that starts and is the only one on its database. */
export async function endClaims(context: StoreContext, now: number): Promise<void> {
  await write(context, 'soon', (transaction) =>
    transaction
      .updateTable('webhook_deliveries')
      .set({ due_at: now })
      .where('due_at', 'is not', null)
      .where('status', '=', 'in_progress')
      .execute(),
  );
}
