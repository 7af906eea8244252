import type { JsonValue } from '../records.ts';

export type EventOperation =
  | 'create'
  | 'destroy'
  | 'timeout_updated'
  | 'timeout_expired'
  | 'network_updated'
  | 'hibernate'
  | 'snapshot_created'
  | 'resume_from_snapshot'
  | 'fork'
  | 'reconcile';

/**
 * Operations that lists and streams leave out unless they are asked for by name: clients of before know a closed list of
 * operations, and fail at any other.
 */
export const askedForOperations: EventOperation[] = ['network_updated'];

export type EventStatus = 'requested' | 'succeeded' | 'failed';

/** Who made it happen: a caller, the system by itself, or the repair after something was lost. */
export type EventActor = 'user' | 'system' | 'reconcile';

/** Something that happened to a sandbox or a snapshot. */
export interface LifecycleEvent {
  id: string;
  tenantId: string;
  /** Place among the tenant's events: 1, 2, 3, … in the order in which they were committed. */
  number: number;
  /** Milliseconds since 1970. It may lie before the event was recorded, for example when the server was away. */
  occurredAt: number;
  operation: EventOperation;
  status: EventStatus;
  actor: EventActor;
  sandboxId: string | null;
  snapshotId: string | null;
  sourceSandboxId: string | null;
  targetSandboxId: string | null;
  reason: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  /** Labels of its sandbox or snapshot. */
  metadata: Record<string, JsonValue>;
  /** More about it, by operation. */
  details: Record<string, JsonValue>;
}

/** An event to be recorded. What is absent is null, empty or now. */
export type NewEvent = Pick<LifecycleEvent, 'tenantId' | 'operation' | 'status' | 'actor'> &
  Partial<Omit<LifecycleEvent, 'id' | 'number'>>;

/** Labels larger than this, in bytes of JSON, are left out of events. */
export const maxEventMetadataBytes = 4096;

/** Network policies larger than this, in bytes of JSON, are left out of events. */
export const maxEventPolicyBytes = 4096;
