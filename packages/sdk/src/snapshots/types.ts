import type { SandboxInfo } from '../sandboxes/types.ts';

/** What a snapshot holds: memory, processes and disk, or only the disk. */
export type SnapshotKind = 'memory' | 'filesystem';

/** A stored state of a sandbox, from which any number of sandboxes can start. */
export interface SnapshotInfo {
  id: string;
  /** The sandbox that it was taken from. */
  sandboxId: string;
  /** Room that it takes on the disk of its host. */
  sizeBytes: number;
  createdAt: Date | undefined;
  metadata: Record<string, unknown>;
}

/** A snapshot as `Snapshot.get` and lists describe it. */
export interface SnapshotDetail extends SnapshotInfo {
  kind: SnapshotKind;
  /** `corrupt`: a file did not match its digest, so that nothing can start from it. */
  status: 'ready' | 'corrupt';
  /** What is damaged. */
  statusMessage: string | undefined;
  /** `hibernate`: it holds a paused sandbox, which needs it. */
  createdVia: 'snapshot' | 'hibernate';
  template: string;
  config: SandboxInfo['config'];
}
