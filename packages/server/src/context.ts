import type { Settings } from '@nullspace/configuration';
import type { Logger } from 'pino';
import type { BuildQueue } from './builds/build-queue.ts';
import type { ReachPoint } from './fault-points.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { GuestCaller } from './guests/call-guest.ts';
import type { KeyedGate } from './keyed-gate.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { SandboxFinder } from './sandboxes/sandbox-finder.ts';
import type { Store } from './store/store.ts';
import type { WarmPools } from './warm-pools/warm-pools.ts';

/** What the verbs of the server work with. */
export interface Context {
  settings: Settings;
  store: Store;
  fleet: Fleet;
  finder: SandboxFinder;
  warmPools: WarmPools;
  guests: GuestCaller;
  /** Lets resumes and ends of one paused sandbox through one at a time, by the snapshot of its pause. */
  pauses: KeyedGate;
  /** Lets changes of one sandbox's network through one at a time: the last one on the host is the last one on record. */
  networks: KeyedGate;
  builds: BuildQueue;
  metrics: ServerMetrics;
  log: Logger;
  version: string;
  /** Lets tests end the process at chosen points. */
  reach: ReachPoint;
}
