import type { Cgroups } from '../cgroups/cgroups.ts';
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
  starting: Map<string, Starting>;
}

export interface Starting {
  /** Calls the start off; it cleans up behind itself. */
  abort: AbortController;
  /** Resolves once it has ended, however it ended. */
  done: Promise<void>;
}
