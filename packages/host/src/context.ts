import type { Paths, Settings } from '@nullspace/configuration';
import type { Engine, Network, ServicesGroup } from '@nullspace/runtime';
import type { Logger } from 'pino';
import type { Agents } from './agent/agents.ts';
import type { Machine } from './capacity/machine.ts';
import type { Reservations } from './capacity/reservations.ts';
import type { Changes } from './changes.ts';
import type { Gate } from './create/gate.ts';
import type { Deadlines } from './deadline/deadlines.ts';
import type { ReachPoint } from './faults.ts';
import type { ImageCatalog } from './images/catalog.ts';
import type { SharedWorks } from './imports/shared-works.ts';
import type { Pools } from './pools/pools.ts';
import type { Registry } from './registry.ts';
import type { SnapshotCatalog } from './snapshots/catalog.ts';
import type { Timing } from './timing.ts';

/** What the operations of one host share. */
export interface HostContext {
  hostId: string;
  settings: Settings;
  paths: Paths;
  machine: Machine;
  timing: Timing;
  engine: Engine;
  network: Network;
  createNetwork: () => Network;
  agents: Agents;
  images: ImageCatalog;
  /** Path of the program that makes root images. */
  imager: string;
  /** Undefined: services have no weight of their own. */
  services: ServicesGroup | undefined;
  /** Imports and assemblies under way. */
  works: SharedWorks;
  snapshots: SnapshotCatalog;
  log: Logger;
  registry: Registry;
  changes: Changes;
  reservations: Reservations;
  gate: Gate;
  pools: Pools;
  deadlines: Deadlines;
  reach: ReachPoint;
  /** Refuses creates; those under way go on. */
  draining: boolean;
  /** Aborts when the host lets go of its instances. They run on. */
  closing: AbortController;
}
