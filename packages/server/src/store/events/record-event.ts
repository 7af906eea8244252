import { sql } from 'kysely';
import { makeId } from '../../make-id.ts';
import { prepare } from '../prepare.ts';
import type { DatabaseTransaction, EventRow } from '../schema.ts';
import { queueDeliveries } from '../webhooks/queue-deliveries.ts';
import { noteEvent } from './announce.ts';
import { type LifecycleEvent, maxEventMetadataBytes, type NewEvent } from './event.ts';
import { toEvent } from './event-row.ts';

/**
 * Records an event together with the change that it tells of: both are committed, or neither is.
 *
 * Call it last in a transaction. It takes the tenant's counter, which is held until the commit: so numbers have no
 * gaps, a reader who has seen number n has seen all before it, and other changes of the tenant wait here. A lock
 * taken after it could deadlock with them.
 */
export async function recordEvent(
  transaction: DatabaseTransaction,
  event: NewEvent,
): Promise<LifecycleEvent> {
  const row = toRow(event, await takeNumber(transaction, event.tenantId));
  await insertEvent(transaction, row);
  const forWebhooks = await queueDeliveries(transaction, row);
  noteEvent(transaction, event.tenantId, { forWebhooks });
  return toEvent(row);
}

const insertEvent = prepare((db, row: EventRow) => db.insertInto('events').values(row));

const countUp = prepare((db, { tenantId }: { tenantId: string }) =>
  db
    .insertInto('event_counters')
    .values({ tenant_id: tenantId, last: 1 })
    .onConflict((conflict) =>
      conflict.column('tenant_id').doUpdateSet({ last: sql<number>`event_counters.last + 1` }),
    )
    .returning('last'),
);

async function takeNumber(transaction: DatabaseTransaction, tenantId: string): Promise<number> {
  const { rows } = await countUp(transaction, { tenantId });
  return rows[0]!.last;
}

function toRow(event: NewEvent, number: number): EventRow {
  return {
    tenant_id: event.tenantId,
    number,
    id: makeId('event'),
    occurred_at: event.occurredAt ?? Date.now(),
    operation: event.operation,
    status: event.status,
    actor: event.actor,
    sandbox_id: event.sandboxId ?? null,
    snapshot_id: event.snapshotId ?? null,
    source_sandbox_id: event.sourceSandboxId ?? null,
    target_sandbox_id: event.targetSandboxId ?? null,
    reason: bounded(event.reason, 100),
    error_code: bounded(event.errorCode, 100),
    error_message: bounded(event.errorMessage, 1000),
    metadata: metadataOf(event),
    details: JSON.stringify(event.details ?? {}),
  };
}

/** The labels, unless they are too large. Clients also find here how a snapshot came about. */
function metadataOf({ metadata = {}, details = {} }: NewEvent): string {
  const labels = Buffer.byteLength(JSON.stringify(metadata)) <= maxEventMetadataBytes ? metadata : {};
  const { created_via } = details;
  return JSON.stringify(created_via === undefined ? labels : { ...labels, created_via });
}

// Reasons and messages may come from a guest. PostgreSQL has no place for the character NUL.
function bounded(text: string | null | undefined, chars: number): string | null {
  return text?.slice(0, chars).toWellFormed().replaceAll('\0', '\uFFFD') ?? null;
}
