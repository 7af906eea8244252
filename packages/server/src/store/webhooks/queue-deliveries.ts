import { makeId } from '../../make-id.ts';
import { dialectOf } from '../dialect.ts';
import { prepare } from '../prepare.ts';
import type { DatabaseTransaction, DeliveryRow, EventRow } from '../schema.ts';

/** Puts an event on its way to the webhooks that want it, in the transaction that records it. False: none wants it. */
export async function queueDeliveries(transaction: DatabaseTransaction, event: EventRow): Promise<boolean> {
  const { rows: webhooks } = await findEnabled(transaction, { tenantId: event.tenant_id });
  const wanting = webhooks.filter(({ operations }) =>
    (JSON.parse(operations) as string[]).includes(event.operation),
  );
  if (wanting.length === 0) return false;
  await transaction
    .insertInto('webhook_deliveries')
    .values(wanting.map(({ id }) => newDelivery(id, event)))
    .execute();
  return true;
}

const findEnabled = prepare((db, { tenantId }: { tenantId: string }) =>
  db
    .selectFrom('webhooks')
    .select(['id', 'operations'])
    .where('tenant_id', '=', tenantId)
    .where('enabled', '=', 1)
    // A webhook that is being deleted is waited for: a delivery to it would undo the change that the event tells of.
    .$if(dialectOf(db) === 'postgres', (query) => query.forKeyShare()),
);

function newDelivery(webhookId: string, event: EventRow): DeliveryRow {
  const now = Date.now();
  return {
    id: makeId('delivery'),
    webhook_id: webhookId,
    event_id: event.id,
    event_number: event.number,
    operation: event.operation,
    event_status: event.status,
    status: 'queued',
    attempt_count: 0,
    created_at: now,
    due_at: now,
    last_attempt_at: null,
    last_response_status: null,
    last_error: null,
  };
}
