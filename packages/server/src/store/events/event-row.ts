import type { EventRow } from '../schema.ts';
import type { LifecycleEvent } from './event.ts';

export function toEvent(row: EventRow): LifecycleEvent {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    number: row.number,
    occurredAt: row.occurred_at,
    operation: row.operation,
    status: row.status,
    actor: row.actor,
    sandboxId: row.sandbox_id,
    snapshotId: row.snapshot_id,
    sourceSandboxId: row.source_sandbox_id,
    targetSandboxId: row.target_sandbox_id,
    reason: row.reason,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    metadata: JSON.parse(row.metadata),
    details: JSON.parse(row.details),
  };
}
