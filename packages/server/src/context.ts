import type { Settings } from '@nullspace/configuration';
import type { Logger } from 'pino';
import type { Fleet } from './fleet/fleet.ts';
import type { GuestCaller } from './guests/call-guest.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { SandboxFinder } from './sandboxes/sandbox-finder.ts';
import type { Store } from './store/store.ts';

/** What the verbs of the server work with. */
export interface Context {
  settings: Settings;
  store: Store;
  fleet: Fleet;
  finder: SandboxFinder;
  guests: GuestCaller;
  metrics: ServerMetrics;
  log: Logger;
  version: string;
}
