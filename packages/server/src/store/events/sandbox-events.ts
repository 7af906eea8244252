import type { JsonValue, NewSandbox, SandboxChange } from '../records.ts';
import { isFinal } from '../sandbox-status.ts';
import type { SandboxRow } from '../schema.ts';
import { type EventActor, maxEventPolicyBytes, type NewEvent } from './event.ts';

/** The event of a sandbox that a caller asked for. */
export function requestedEvent(sandbox: NewSandbox): NewEvent {
  return {
    tenantId: sandbox.tenantId,
    operation: sandbox.origin ?? 'create',
    status: 'requested',
    actor: 'user',
    occurredAt: sandbox.createdAt,
    sandboxId: sandbox.id,
    reason: byCall,
    ...originOf(sandbox),
    metadata: sandbox.metadata,
    details: { template: sandbox.template },
  };
}

/** What a sandbox was made from, as its events name it. */
function originOf({ id, sourceId, fromSnapshotId }: Pick<NewSandbox, 'id' | 'sourceId' | 'fromSnapshotId'>) {
  return {
    ...(fromSnapshotId ? { snapshotId: fromSnapshotId } : {}),
    ...(sourceId ? { sourceSandboxId: sourceId, targetSandboxId: id } : {}),
  };
}

function originOfRow({ id, source_id: sourceId, from_snapshot_id: fromSnapshotId }: SandboxRow) {
  return originOf({ id, sourceId, fromSnapshotId });
}

/** Why a sandbox begins. */
const byCall = 'api';

/** What a sandbox's first moment is told as. */
function startOf(row: SandboxRow) {
  const operation = row.origin ?? 'create';
  return { operation, status: 'succeeded', reason: byCall, ...originOfRow(row) } as const;
}

/** Reasons of ends that a caller asked for. */
const askedFor = ['manual', 'api'];

/**
 * The events that a change of a sandbox's record means, in their order.
 *
 * `actor` says who made the change where the reason does not: `reconcile` for what was found lost.
 */
export function eventsOfChange(
  before: SandboxRow,
  after: SandboxRow,
  { actor, pause }: Pick<SandboxChange, 'actor' | 'pause'> = {},
): NewEvent[] {
  const tell = (event: Pick<NewEvent, 'operation' | 'status'> & Partial<NewEvent>): NewEvent => ({
    tenantId: after.tenant_id,
    sandboxId: after.id,
    actor: actor ?? 'user',
    metadata: JSON.parse(after.metadata) as Record<string, JsonValue>,
    ...event,
  });
  if (isFinal(after.status) && !isFinal(before.status)) return eventsOfEnd(before, after, { tell, actor });
  if (before.status === 'creating' && after.status === 'running') {
    return [tell(startOf(after))];
  }
  if (after.status === 'paused' && before.status !== 'paused') {
    return eventsOfPause(before, after, { tell, actor, pause });
  }
  if (after.status !== 'running') return [];
  const events: NewEvent[] = [];
  const isMoved = before.deadline_at !== null && after.deadline_at !== null;
  if (isMoved && before.deadline_at !== after.deadline_at) {
    const timeout_at = new Date(after.deadline_at!).toISOString();
    const details = { timeout_at, timeout_action: after.timeout_action };
    events.push(tell({ operation: 'timeout_updated', status: 'succeeded', details }));
  }
  if (before.network !== after.network || before.internet_access !== after.internet_access) {
    events.push(tell({ operation: 'network_updated', status: 'succeeded', details: policyOf(after) }));
  }
  return events;
}

/** What a sandbox may reach from now on, as it shows it itself. */
function policyOf({ network, internet_access }: SandboxRow): Record<string, JsonValue> {
  const isShort = Buffer.byteLength(network) <= maxEventPolicyBytes;
  return {
    internet_access: internet_access === 1,
    ...(isShort ? { network: JSON.parse(network) as JsonValue } : {}),
  };
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
    const failed = { operation: after.origin ?? 'create', status: 'failed' } as const;
    events.push(tell({ ...end, errorCode: reason, errorMessage, ...failed, ...originOfRow(after) }));
    // A sandbox that never came up is not destroyed as well, unless a caller did.
    if (after.status === 'error') return events;
  }
  events.push(tell({ ...end, ...failure, operation: 'destroy', status: 'succeeded' }));
  return events;
}

function eventsOfPause(
  before: SandboxRow,
  after: SandboxRow,
  { tell, actor, pause }: { tell: Tell } & Pick<SandboxChange, 'actor' | 'pause'>,
): NewEvent[] {
  const { reason } = after;
  const by: EventActor = actor ?? (reason === 'timeout' ? 'system' : 'user');
  const about = {
    actor: by,
    reason,
    ...(pause ? { snapshotId: pause.snapshotId, occurredAt: pause.createdAt } : {}),
  };
  const details = {
    created_via: 'hibernate',
    kind: 'memory',
    ...(pause ? { size_bytes: pause.sizeBytes } : {}),
  };
  return [
    // It paused before anybody heard that it ran.
    ...(before.status === 'creating' ? [tell(startOf(after))] : []),
    ...(reason === 'timeout'
      ? [tell({ actor: by, reason, operation: 'timeout_expired' as const, status: 'succeeded' as const })]
      : []),
    tell({ ...about, operation: 'hibernate', status: 'succeeded' }),
    tell({ ...about, operation: 'snapshot_created', status: 'succeeded', details }),
  ];
}
