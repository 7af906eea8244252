import type { JsonValue, NewSandbox } from '../records.ts';
import { isFinal } from '../sandbox-status.ts';
import type { SandboxRow } from '../schema.ts';
import type { EventActor, NewEvent } from './event.ts';

/** The event of a sandbox that a caller asked for. */
export function requestedEvent(sandbox: NewSandbox): NewEvent {
  return {
    tenantId: sandbox.tenantId,
    operation: 'create',
    status: 'requested',
    actor: 'user',
    occurredAt: sandbox.createdAt,
    sandboxId: sandbox.id,
    metadata: sandbox.metadata,
    details: { template: sandbox.template },
  };
}

/** Reasons of ends that a caller asked for. */
const askedFor = ['manual', 'api'];

/**
 * The events that a change of a sandbox's record means, in their order.
 *
 * `actor` says who made the change where the reason does not: `reconcile` for what was found lost.
 */
export function eventsOfChange(before: SandboxRow, after: SandboxRow, actor?: EventActor): NewEvent[] {
  const tell = (event: Pick<NewEvent, 'operation' | 'status'> & Partial<NewEvent>): NewEvent => ({
    tenantId: after.tenant_id,
    sandboxId: after.id,
    actor: actor ?? 'user',
    metadata: JSON.parse(after.metadata) as Record<string, JsonValue>,
    ...event,
  });
  if (isFinal(after.status) && !isFinal(before.status)) return eventsOfEnd(before, after, { tell, actor });
  if (before.status === 'creating' && after.status === 'running') {
    return [tell({ operation: 'create', status: 'succeeded' })];
  }
  const isMoved = before.deadline_at !== null && after.deadline_at !== null;
  if (after.status === 'running' && isMoved && before.deadline_at !== after.deadline_at) {
    const details = { timeout_at: new Date(after.deadline_at!).toISOString() };
    return [tell({ operation: 'timeout_updated', status: 'succeeded', details })];
  }
  return [];
}

type Tell = (event: Pick<NewEvent, 'operation' | 'status'> & Partial<NewEvent>) => NewEvent;

function eventsOfEnd(
  before: SandboxRow,
  after: SandboxRow,
  { tell, actor }: { tell: Tell; actor: EventActor | undefined },
): NewEvent[] {
  const occurredAt = after.ended_at ?? Date.now();
  const { reason, message: errorMessage } = after;
  const byReason: EventActor = reason !== null && askedFor.includes(reason) ? 'user' : 'system';
  const end = { actor: actor ?? byReason, reason, occurredAt };
  const failure = after.status === 'error' ? { errorCode: reason, errorMessage } : {};
  const events: NewEvent[] = [];
  if (actor === 'reconcile') {
    events.push(tell({ ...end, ...failure, operation: 'reconcile', status: 'succeeded' }));
  }
  if (reason === 'timeout') events.push(tell({ ...end, operation: 'timeout_expired', status: 'succeeded' }));
  if (before.status === 'creating') {
    events.push(tell({ ...end, errorCode: reason, errorMessage, operation: 'create', status: 'failed' }));
    // A sandbox that never came up is not destroyed as well, unless a caller did.
    if (after.status === 'error') return events;
  }
  events.push(tell({ ...end, ...failure, operation: 'destroy', status: 'succeeded' }));
  return events;
}
