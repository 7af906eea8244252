/** What was done. */
export type LifecycleOperation =
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

/** How far it came. */
export type LifecycleStatus = 'requested' | 'succeeded' | 'failed';

/** One thing that happened to a sandbox or a snapshot. */
export interface LifecycleEvent {
  /** Also the cursor after which a stream goes on. */
  id: string;
  occurredAt: Date | undefined;
  operation: LifecycleOperation;
  status: LifecycleStatus;
  /** A caller, the server itself, or the server putting things right after a crash. */
  actorKind: 'user' | 'system' | 'reconcile';
  sandboxId: string | undefined;
  snapshotId: string | undefined;
  /** The paused sandbox of a resume, the source of a fork. */
  sourceSandboxId: string | undefined;
  /** The sandbox that a resume or a fork made. */
  targetSandboxId: string | undefined;
  /** Why, such as `api`, `manual`, `timeout` or `out_of_memory`. */
  reason: string | undefined;
  errorCode: string | undefined;
  errorMessage: string | undefined;
  /** Labels of its sandbox or snapshot. */
  metadata: Record<string, unknown>;
  /** More about it, by operation. */
  details: Record<string, unknown>;
}
