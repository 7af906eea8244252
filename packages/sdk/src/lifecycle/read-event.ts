import type { LifecycleEvent as WireEvent } from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { LifecycleEvent } from './types.ts';

export function readEvent(wire: WireEvent): LifecycleEvent {
  return {
    id: wire.id,
    occurredAt: date(wire.occurred_at),
    operation: wire.operation,
    status: wire.status,
    actorKind: wire.actor_kind,
    sandboxId: wire.sandbox_id ?? undefined,
    snapshotId: wire.snapshot_id ?? undefined,
    sourceSandboxId: wire.source_sandbox_id ?? undefined,
    targetSandboxId: wire.target_sandbox_id ?? undefined,
    reason: wire.reason ?? undefined,
    errorCode: wire.error_code ?? undefined,
    errorMessage: wire.error_message ?? undefined,
    metadata: wire.metadata ?? {},
    details: wire.details ?? {},
  };
}
