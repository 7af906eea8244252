import { paths as findPaths, type Settings } from '@nullspace/configuration';
import type { Engine, Network, ServicesGroup } from '@nullspace/runtime';
import type { Logger } from 'pino';
import type { Agents } from './agent/agents.ts';
import { createAgents } from './agent/connect-agents.ts';
import { type Machine, readMachine } from './capacity/machine.ts';
import { Reservations } from './capacity/reservations.ts';
import { weighAsService } from './capacity/weigh.ts';
import { Changes } from './changes.ts';
import type { HostContext } from './context.ts';
import { Gate } from './create/gate.ts';
import { Deadlines } from './deadline/deadlines.ts';
import type { ReachPoint } from './faults.ts';
import { createHostService, type HostService } from './host-service.ts';
import { ImageCatalog } from './images/catalog.ts';
import { SharedWorks } from './imports/shared-works.ts';
import { isFinal } from './instance/record.ts';
import { startKeepingRefusals } from './network/keep-refusals.ts';
import { endPools } from './pools/end-with-host.ts';
import { Pools } from './pools/pools.ts';
import { startReconciling } from './pools/reconcile.ts';
import { readHostId } from './process/folders.ts';
import { recover } from './recover/recover.ts';
import { Registry } from './registry.ts';
import { SnapshotCatalog } from './snapshots/catalog.ts';
import { sumLeftOut } from './snapshots/sum-later.ts';
import { defaultTiming, type Timing } from './timing.ts';
import { withDeadline } from './with-deadline.ts';

/** Starts over one a core: a start computes nearly all of its time, and more of them slow one another down. */
const waitingStarts = 1;

/** Changes that may wait for one watcher. */
const watchBacklog = 4096;

export interface HostOptions {
  settings: Settings;
  engine: Engine;
  /** Makes the network; more than one may be made, one after another. */
  createNetwork: () => Network;
  log: Logger;
  /** @default none: this process and its callers have the weight of any other */
  services?: ServicesGroup;
  /** Path of the program that makes root images. @default none, which fails every import */
  imager?: string;
  /** @default calls over TCP */
  agents?: Agents;
  /** @default what the machine says */
  machine?: Machine;
  timing?: Partial<Timing>;
  reach?: ReachPoint;
}

/** A host that owns its instances until it is closed. */
export interface OpenHost {
  readonly context: HostContext;
  readonly service: HostService;
  /** Refuses creates, waits a little for what is under way and lets go of the instances, which run on. */
  close(): Promise<void>;
}

/** Takes over what is on the machine and resolves when calls can be answered. The folders stand already. */
export async function openHost(options: HostOptions): Promise<OpenHost> {
  const { settings } = options;
  const machine = options.machine ?? readMachine();
  const paths = findPaths(settings);
  const context: HostContext = {
    hostId: await readHostId(paths.hostDir),
    settings,
    paths,
    machine,
    timing: { ...defaultTiming, ...options.timing },
    engine: options.engine,
    network: options.createNetwork(),
    createNetwork: options.createNetwork,
    agents: options.agents ?? createAgents(),
    images: new ImageCatalog(paths.imagesDir),
    imager: options.imager ?? '',
    services: options.services,
    works: new SharedWorks(),
    snapshots: new SnapshotCatalog(paths.snapshotsDir),
    log: options.log,
    registry: new Registry(),
    changes: new Changes({ limit: watchBacklog }),
    reservations: new Reservations({
      instances: settings.max_instances,
      vcpus: Math.floor(machine.cpuCount * settings.cpu_overcommit),
      memoryMb: Math.floor(machine.memoryMb * settings.memory_overcommit),
    }),
    gate: new Gate(settings.start_concurrency || machine.cpuCount + waitingStarts),
    deadlines: new Deadlines(),
    pools: new Pools(),
    reach: options.reach ?? (() => {}),
    draining: false,
    closing: new AbortController(),
  };
  await weighAsService(context, process.pid);
  await recover(context);
  context.engine.open();
  void sumLeftOut(context);
  startReconciling(context);
  const endKeeping = startKeepingRefusals(context);
  return { context, service: createHostService(context), close: () => close(context, endKeeping) };
}

async function close(host: HostContext, endKeeping: () => Promise<void>): Promise<void> {
  host.draining = true;
  endPools(host);
  const busy = host.registry
    .all()
    .filter(
      ({ record, still }) => record.state === 'creating' || still || (isFinal(record) && !record.clean),
    );
  const idle = Promise.all(busy.map((instance) => instance.operations.idle()));
  await withDeadline(idle, { what: 'draining', ms: host.timing.drainMs }).catch((error) => {
    host.log.warn({ err: error }, 'closing before all is done; the next start goes on');
  });
  await endKeeping();
  host.closing.abort();
  await host.works.endAll();
  host.deadlines.clearAll();
  await Promise.all([host.engine.close(), host.network.close()]);
}
