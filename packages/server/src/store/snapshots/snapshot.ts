import type { IdempotencyClaim, JsonValue, Sandbox } from '../records.ts';

/**
 * `saving` is asked for and not there yet; `used` was the snapshot of a pause and went on as a sandbox: only its name
 * is kept, so that whoever resumes it late finds that sandbox.
 */
export type SnapshotStatus = 'saving' | 'ready' | 'corrupt' | 'used';

export type SnapshotKind = 'memory' | 'filesystem';

/** How a snapshot was made: by the snapshot route, or by the pause of its sandbox. */
export type SnapshotOrigin = 'snapshot' | 'hibernate';

/** What a sandbox made from a snapshot takes over from the one that was saved. */
export type SavedSettings = Pick<
  Sandbox,
  | 'template'
  | 'image'
  | 'vcpus'
  | 'memoryMb'
  | 'diskMb'
  | 'cwd'
  | 'envs'
  | 'network'
  | 'internetAccess'
  | 'timeoutMs'
  | 'timeoutAction'
  | 'templateId'
  | 'templateBuildId'
  | 'defaultUser'
>;

/** A snapshot as the server knows it. */
export interface Snapshot extends SavedSettings {
  id: string;
  tenantId: string;
  /** The sandbox that it was taken of. */
  sandboxId: string;
  /** Execution of that sandbox; see `Sandbox.executionId`. */
  executionId: string;
  kind: SnapshotKind;
  status: SnapshotStatus;
  createdVia: SnapshotOrigin;
  /** Bytes on the disk of its host. */
  sizeBytes: number;
  metadata: Record<string, JsonValue>;
  createdAt: number;
  /** File that was found damaged. */
  corruptFile: string | null;
}

/** A snapshot to be taken of a running sandbox. */
export interface NewSnapshot {
  id: string;
  source: Sandbox;
  kind: SnapshotKind;
  metadata: Record<string, JsonValue>;
  createdAt: number;
  /** Remembers the snapshot from the same moment on. */
  claim?: IdempotencyClaim | undefined;
}

/** What the host says about a snapshot that is there. */
export interface SavedSnapshot {
  sizeBytes: number;
  createdAt: number;
}

export interface SnapshotQuery {
  tenantId: string;
  sandboxId?: string | undefined;
  /** Pairs that must all be there with the very same JSON value. */
  metadata?: Record<string, JsonValue> | undefined;
  limit: number;
  after?: { createdAt: number; id: string } | undefined;
}

export interface SnapshotPage {
  items: Snapshot[];
  next: { createdAt: number; id: string } | undefined;
}
