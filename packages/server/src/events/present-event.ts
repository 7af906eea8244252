import type { LifecycleEvent as EventBody } from '@nullspace/contract';
import type { LifecycleEvent } from '../store/events/event.ts';

/** An event as clients and receivers see it. What it does not have is left out. */
export function presentEvent(event: LifecycleEvent): EventBody {
  const optional = {
    sandbox_id: event.sandboxId,
    snapshot_id: event.snapshotId,
    source_sandbox_id: event.sourceSandboxId,
    target_sandbox_id: event.targetSandboxId,
    reason: event.reason,
    error_code: event.errorCode,
    error_message: event.errorMessage,
  };
  const createdVia = event.details.created_via;
  return {
    id: event.id,
    occurred_at: new Date(event.occurredAt).toISOString(),
    audience: 'customer',
    operation: event.operation,
    status: event.status,
    actor_kind: event.actor,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) as Partial<
      Record<keyof typeof optional, string>
    >),
    // Published clients know no details and look for this among the labels.
    metadata: createdVia === undefined ? event.metadata : { ...event.metadata, created_via: createdVia },
    details: event.details,
  };
}
