import type { LifecycleEvent } from 'nullspace';
import { timestamp } from './sandbox.ts';

/** A lifecycle event as the CLI prints it in JSON: the API's names, without what it has not. */
export function eventRecord(event: LifecycleEvent): Record<string, unknown> {
  return {
    id: event.id,
    occurred_at: timestamp(event.occurredAt),
    operation: event.operation,
    status: event.status,
    actor_kind: event.actorKind,
    sandbox_id: event.sandboxId,
    snapshot_id: event.snapshotId,
    source_sandbox_id: event.sourceSandboxId,
    target_sandbox_id: event.targetSandboxId,
    reason: event.reason,
    error_code: event.errorCode,
    error_message: event.errorMessage,
    metadata: event.metadata,
    details: event.details,
  };
}
