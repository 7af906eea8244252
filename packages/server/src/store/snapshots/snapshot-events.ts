import type { NewEvent } from '../events/event.ts';
import type { Snapshot } from './snapshot.ts';

/** The event that tells how the making of a snapshot goes. */
export function snapshotEvent(
  snapshot: Pick<
    Snapshot,
    'id' | 'tenantId' | 'sandboxId' | 'kind' | 'createdVia' | 'sizeBytes' | 'metadata'
  >,
  event: Pick<NewEvent, 'status' | 'actor'> & Partial<NewEvent>,
): NewEvent {
  return {
    tenantId: snapshot.tenantId,
    operation: 'snapshot_created',
    sandboxId: snapshot.sandboxId,
    snapshotId: snapshot.id,
    metadata: snapshot.metadata,
    details: {
      created_via: snapshot.createdVia,
      kind: snapshot.kind,
      ...(event.status === 'succeeded' ? { size_bytes: snapshot.sizeBytes } : {}),
    },
    ...event,
  };
}
