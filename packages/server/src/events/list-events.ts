import { limits } from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { EventOperation, EventStatus } from '../store/events/event.ts';
import type { EventFilter } from '../store/events/read-events.ts';
import { presentEvent } from './present-event.ts';

/** Query of an event list; absent fields do not filter. */
export interface EventQuery {
  offset?: number | undefined;
  limit?: number | undefined;
  order?: 'asc' | 'desc' | undefined;
  operation?: EventOperation | undefined;
  status?: EventStatus | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** One page of a tenant's events. `subjects` says which sandboxes and snapshots they are about. */
export async function listEvents(
  { store }: Context,
  subjects: Pick<
    EventFilter,
    'tenantId' | 'sandboxId' | 'snapshotId' | 'sourceSandboxId' | 'targetSandboxId' | 'anySandboxId'
  >,
  query: EventQuery,
) {
  const { offset = 0, limit = limits.events_limit_default, order = 'desc', operation, status } = query;
  const filter = { ...subjects, operation, status, from: readTime(query.from), to: readTime(query.to) };
  const events = await store.listEvents(filter, { order, offset, limit: limit + 1 });
  return {
    events: events.slice(0, limit).map(presentEvent),
    offset,
    limit,
    has_more: events.length > limit,
  };
}

function readTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
