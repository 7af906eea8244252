import { sql } from 'kysely';
import type { StoreContext } from '../context.ts';
import type { Database } from '../schema.ts';
import { askedForOperations, type EventOperation, type EventStatus, type LifecycleEvent } from './event.ts';
import { toEvent } from './event-row.ts';

/** Which events of a tenant. Conditions that are given must all hold. */
export interface EventFilter {
  tenantId: string;
  /** Undefined: all but those that have to be asked for by name. */
  operation?: EventOperation | undefined;
  status?: EventStatus | undefined;
  sandboxId?: string | undefined;
  snapshotId?: string | undefined;
  sourceSandboxId?: string | undefined;
  targetSandboxId?: string | undefined;
  /** The sandbox that an event is about, or that it came from or led to. */
  anySandboxId?: string | undefined;
  /** Occurred at this time or later. */
  from?: number | undefined;
  /** Occurred before this time. */
  to?: number | undefined;
}

/** Events in their order or against it, `limit` of them after `offset`. */
export async function listEvents(
  { db }: StoreContext,
  filter: EventFilter,
  { order, offset, limit }: { order: 'asc' | 'desc'; offset: number; limit: number },
): Promise<LifecycleEvent[]> {
  const rows = await matching(db, filter).orderBy('number', order).limit(limit).offset(offset).execute();
  return rows.map(toEvent);
}

/** Which part of a tenant's events: numbers from `after` (not itself) up to `upTo` (itself). */
export interface EventRange {
  after: number;
  upTo: number;
  limit: number;
  /** @default 'asc' */
  order?: 'asc' | 'desc';
}

/** Events of a range in their order or against it. */
export async function readEvents(
  { db }: StoreContext,
  filter: EventFilter,
  { after, upTo, limit, order = 'asc' }: EventRange,
): Promise<LifecycleEvent[]> {
  const rows = await matching(db, filter)
    .where('number', '>', after)
    .where('number', '<=', upTo)
    .orderBy('number', order)
    .limit(limit)
    .execute();
  return rows.map(toEvent);
}

export async function findEvent(
  { db }: StoreContext,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<LifecycleEvent | undefined> {
  const row = await db
    .selectFrom('events')
    .selectAll()
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row && toEvent(row);
}

/** Number of the newest and of the oldest event that is kept, by tenant; tenants without events are left out. */
export async function eventRanges(
  { db }: StoreContext,
  tenantIds: string[],
): Promise<Map<string, { first: number; last: number }>> {
  if (tenantIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('event_counters')
    .select((build) => [
      'tenant_id',
      'last',
      build
        .selectFrom('events')
        .select(sql<number>`min(number)`.as('first'))
        .whereRef('events.tenant_id', '=', 'event_counters.tenant_id')
        .as('first'),
    ])
    .where('tenant_id', 'in', tenantIds)
    .execute();
  return new Map(rows.map((row) => [row.tenant_id, { first: row.first ?? row.last + 1, last: row.last }]));
}

function matching(db: Database, filter: EventFilter) {
  const columns = {
    operation: filter.operation,
    status: filter.status,
    sandbox_id: filter.sandboxId,
    snapshot_id: filter.snapshotId,
    source_sandbox_id: filter.sourceSandboxId,
    target_sandbox_id: filter.targetSandboxId,
  };
  let query = db.selectFrom('events').selectAll().where('tenant_id', '=', filter.tenantId);
  for (const [column, value] of Object.entries(columns)) {
    if (value !== undefined) query = query.where(column as keyof typeof columns, '=', value);
  }
  if (filter.operation === undefined) query = query.where('operation', 'not in', askedForOperations);
  const { anySandboxId, from, to } = filter;
  if (anySandboxId !== undefined) {
    query = query.where('number', 'in', numbersAbout(db, { tenantId: filter.tenantId, anySandboxId }));
  }
  if (from !== undefined) query = query.where('occurred_at', '>=', from);
  if (to !== undefined) query = query.where('occurred_at', '<', to);
  return query;
}

/** Numbers of the events in which a sandbox plays any part: each part has an index of its own. */
function numbersAbout(db: Database, { tenantId, anySandboxId }: { tenantId: string; anySandboxId: string }) {
  const inPart = (part: 'sandbox_id' | 'source_sandbox_id' | 'target_sandbox_id') =>
    db.selectFrom('events').select('number').where('tenant_id', '=', tenantId).where(part, '=', anySandboxId);
  return inPart('sandbox_id').union(inPart('source_sandbox_id')).union(inPart('target_sandbox_id'));
}
