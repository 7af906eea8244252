import type { Cgroups } from '../cgroups/cgroups.ts';
import type { EngineIdentity } from '../snapshots/check-fit.ts';
import type { CommandContext } from './command.ts';
import type { Records } from './records.ts';
import type { Watch } from './watch.ts';

/** What the steps of the gVisor engine share. */
export interface EngineContext extends CommandContext {
  agent: string;
  cgroups: Cgroups;
  records: Records;
  watch: Watch;
  maxTasks: number;
  processors: string;
  /** Starts under way in this process of ours. */
  starting: Map<string, Underway>;
  /** Saves under way in this process of ours. */
  saving: Map<string, Underway>;
  /** Instances that are being killed. */
  ending: Set<string>;
  /** Loads and checks of snapshots whose guests run already. */
  loading: Map<string, Underway>;
  /** What runsc and the processor are. */
  identity: () => Promise<EngineIdentity>;
  /** Whether runsc pauses and checkpoints in one process. */
  hasPauseCheckpoint: () => Promise<boolean>;
  /** Whether runsc leaves the disk of a paused instance where it is. */
  keepsDisks: () => Promise<boolean>;
  /** Disks that take less are copied at a pause. */
  leastDiskBytes: number;
}

export interface Underway {
  /** Calls it off; it cleans up behind itself. */
  abort: AbortController;
  /** Resolves once it has ended, however it ended. */
  done: Promise<void>;
}
