import type { EventActor } from '../events/event.ts';
import type { IdempotencyClaim, NewSandbox, Sandbox } from '../records.ts';
import type { BeginResumeResult, Resumed, ResumeFailure } from '../resume.ts';
import type { InsertSnapshotResult } from './insert-snapshot.ts';
import type { NewSnapshot, SavedSnapshot, Snapshot, SnapshotPage, SnapshotQuery } from './snapshot.ts';

/** What the server remembers of snapshots, resumes and forks. The promises of `Store` hold for each verb. */
export interface SnapshotStore {
  /**
   * Inserts the children of a fork as `creating`: all, or none when they are more than the tenant may have. With
   * `claim` the idempotency key remembers the first of them.
   */
  insertFork(
    children: NewSandbox[],
    options: { maxLive: number; claim?: IdempotencyClaim | undefined },
  ): Promise<{ inserted: true } | { inserted: false; live: number }>;
  /** The children that were made by one fork with `count`. */
  listFork(forkId: string): Promise<Sandbox[]>;

  /** The sandbox that an id leads to which was given up by a resume; of that tenant, or of any. */
  followAlias(address: { id: string; tenantId?: string }): Promise<Sandbox | undefined>;
  /** The sandbox that an execution is now. */
  findExecution(executionId: string): Promise<Sandbox | undefined>;
  /** The paused sandbox that is being resumed under that id. */
  findResuming(newId: string): Promise<Sandbox | undefined>;
  /**
   * Stores under which id a paused sandbox is about to be started, before the host is asked to. An attempt under way
   * keeps its id, so that of many callers all mean the same one.
   */
  beginResume(request: {
    sandboxId: string;
    newId: string;
    snapshotId: string;
    maxLive: number;
  }): Promise<BeginResumeResult>;
  /** Gives up an attempt that did not come up: the sandbox is paused as before. False: there was none. */
  abandonResume(attempt: { newId: string; snapshotId: string; failure: ResumeFailure }): Promise<boolean>;
  /**
   * Makes what came up as `newId` the sandbox, its old id an alias, and the snapshot of its pause used: all at once.
   * Undefined: nothing is being resumed under that id (any more).
   */
  completeResume(resumed: Resumed): Promise<Sandbox | undefined>;

  /** Inserts a snapshot as `saving`, unless its tenant already has `maxSnapshots`. */
  insertSnapshot(snapshot: NewSnapshot, options: { maxSnapshots: number }): Promise<InsertSnapshotResult>;
  /** Notes that a snapshot is there. Undefined: it is not being saved (any more). */
  finishSnapshot(id: string, saved: SavedSnapshot & { actor?: EventActor }): Promise<Snapshot | undefined>;
  /** Forgets a snapshot that could not be saved. False: it is not being saved (any more). */
  dropSnapshot(id: string, failure: { code: string; message: string; actor?: EventActor }): Promise<boolean>;
  /** Forgets a snapshot. False: there was none. */
  deleteSnapshot(id: string): Promise<boolean>;
  /** Notes that a file of a snapshot is damaged. */
  markSnapshotCorrupt(id: string, file: string): Promise<void>;
  /** A snapshot of that tenant, in whatever state. */
  getSnapshot(address: { tenantId: string; id: string }): Promise<Snapshot | undefined>;
  /** One page of a tenant's snapshots that are there, newest first. */
  listSnapshots(query: SnapshotQuery): Promise<SnapshotPage>;
  /** Every snapshot of all tenants but used ones. */
  listStoredSnapshots(): Promise<Snapshot[]>;
  /** Snapshots of a tenant that take up disk. */
  countSnapshots(tenantId: string): Promise<number>;
}
