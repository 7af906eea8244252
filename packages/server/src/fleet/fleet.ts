import type { HostClient } from '@nullspace/host';
import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import { askHost, callHost } from './call-host.ts';
import { HiddenInstances } from './hidden-instances.ts';
import { HostLink, type HostListener } from './host-link.ts';
import { HostSnapshots } from './host-snapshots.ts';
import { InstalledImages } from './installed-images.ts';
import { LiveInstances } from './live-instances.ts';
import { Projection } from './projection.ts';
import { ResumedInstances } from './resumed-instances.ts';

/** The host and what lives on it, for the verbs on sandboxes. */
export interface Fleet {
  live: LiveInstances;
  hidden: HiddenInstances;
  link: HostLink;
  projection: Projection;
  snapshots: HostSnapshots;
  images: InstalledImages;
  /** Calls the host and waits for one that is away; see `callHost`. */
  call<Result>(call: (client: HostClient) => Promise<Result>): Promise<Result>;
  /** Called at the start of each connection, before calls are taken to be served. */
  onLinked: () => Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export function createFleet(options: { client: HostClient; store: Store; log: Logger }): Fleet {
  const live = new LiveInstances();
  const hidden = new HiddenInstances(live);
  const resumed = new ResumedInstances(options);
  const projection = new Projection({ ...options, live, hidden, resumed });
  const snapshots = new HostSnapshots(options);
  const listener: HostListener = {
    async onAll(instances) {
      await projection.onAll(instances);
      await snapshots.reconcile();
      await fleet.onLinked();
    },
    onChanged: (instance) => projection.onChanged(instance),
    onGuardKill: (kill) => projection.onGuardKill(kill),
  };
  const link = new HostLink({ client: options.client, listener, log: options.log });
  const images = new InstalledImages(async () => {
    const described = await askHost(link, (client, options) => client.getHost({}, options));
    return described.images.map(({ name, digest }) => ({ name, digest }));
  });
  const fleet: Fleet = {
    live,
    hidden,
    link,
    projection,
    snapshots,
    images,
    call: (call) => callHost(link, call),
    onLinked: async () => {},
    start: () => link.start(),
    async stop() {
      await link.stop();
      live.close();
    },
  };
  return fleet;
}
