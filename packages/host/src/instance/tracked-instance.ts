import type { Slot } from '@nullspace/runtime';
import type { GuestAgent } from '../connect/guest-agent.ts';
import type { GuardKill } from '../guard/guard-kill.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { InstanceRecord } from './record.ts';

/** One instance in this process: its record and what it holds. */
export class TrackedInstance {
  readonly id: string;
  /** Holds the journal, the bundle and the writable layer. */
  readonly folder: string;
  /** The newest record; a change replaces it. */
  record: InstanceRecord;
  /** The newest record that is on disk. Clients see this one, so that no restart takes back what they saw. */
  published: InstanceRecord | undefined;
  /** Create, later changes and the cleaning, one after another. */
  readonly operations = new SerialQueue();
  readonly writes = new SerialQueue();
  /** Aborts when the state is final. */
  readonly ended = new AbortController();
  /** Resolves when the end is on disk. */
  finished: Promise<void> | undefined;
  /** Resolves when it runs; rejects when its create failed. */
  created: Promise<void> = Promise.resolve();
  /** The last kill by a guard that the agent told of, and when (of `performance.now`). */
  lastKill: { guard: GuardKill['guard']; at: number } | undefined;
  /** What it is started from, as it was when the create was taken on; it may be removed since. */
  source: SnapshotRecord | undefined;
  /** The source is the snapshot of a template. */
  asTemplate = false;
  /** A save is under way: the guest may not answer. */
  still = false;
  /** That save is of a pause. */
  pausing = false;
  slot: Slot | undefined;
  releasing: Promise<void> | undefined;
  /** Open connections to its agent; absent in one that was taken over from an earlier process. */
  line: GuestAgent | undefined;
  /** Steps under way that cannot be taken back, also when nobody waits for them any longer. */
  readonly pending = new Set<Promise<unknown>>();

  constructor(record: InstanceRecord, folder: string) {
    this.id = record.instance_id;
    this.record = record;
    this.folder = folder;
  }

  /** Empty while it is a ready one of a pool. */
  get sandboxId(): string {
    return this.record.sandbox_id;
  }

  /** Runs a task during which the guest may stand still. */
  async standStill<T>(task: () => Promise<T>, options: { pausing?: boolean } = {}): Promise<T> {
    this.still = true;
    this.pausing = options.pausing ?? false;
    try {
      return await task();
    } finally {
      this.still = false;
      this.pausing = false;
    }
  }

  /** Keeps a step known until it has ended. */
  track<T>(step: Promise<T>): Promise<T> {
    const settled = step.then(
      () => {},
      () => {},
    );
    this.pending.add(settled);
    void settled.then(() => this.pending.delete(settled));
    return step;
  }
}
