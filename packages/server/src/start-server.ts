import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { paths, publicUrl, type Settings } from '@nullspace/configuration';
import type { HostClient } from '@nullspace/host';
import type { Logger } from 'pino';
import { buildApp } from './app/build-app.ts';
import { BlobStore } from './builds/blobs/blob-store.ts';
import { BuildQueue } from './builds/build-queue.ts';
import type { Context } from './context.ts';
import { EventFeed } from './events/event-feed.ts';
import type { ReachPoint } from './fault-points.ts';
import { createFleet } from './fleet/fleet.ts';
import { GuestCaller } from './guests/call-guest.ts';
import { ClaimRecovery } from './idempotency/claim-recovery.ts';
import { KeyedGate } from './keyed-gate.ts';
import { exposeBuildCache } from './metrics/build-cache-metrics.ts';
import { exposePools } from './metrics/pool-metrics.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import { createPreviews } from './preview/previews.ts';
import { startPurging } from './purge.ts';
import { SandboxFinder } from './sandboxes/sandbox-finder.ts';
import { saveSnapshot } from './snapshots/create-snapshot.ts';
import { createSshRelay } from './ssh/relay.ts';
import type { Store } from './store/store.ts';
import { Staging } from './uploads/staging.ts';
import { startSweeping } from './uploads/sweep-uploads.ts';
import { Uploads } from './uploads/uploads.ts';
import { WarmPools } from './warm-pools/warm-pools.ts';
import { DeliveryWorker } from './webhooks/delivery/delivery-worker.ts';

export interface RunningServer {
  /** Address under which clients reach the API. */
  url: string;
  metricsUrl: string;
  /** Takes no more requests, gives those under way a moment, and closes. The store stays open. */
  stop(): Promise<void>;
}

/** How long requests may finish after the server was told to stop. */
const GRACE_MS = 3000;

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** Starts the public API on a store and a host. */
export async function startServer(options: {
  settings: Settings;
  store: Store;
  host: HostClient;
  log: Logger;
  reach?: ReachPoint;
}): Promise<RunningServer> {
  const { settings, store, log, reach = () => {} } = options;
  const fleet = createFleet({ client: options.host, store, log });
  const finder = new SandboxFinder({ store, fleet });
  const metrics = new ServerMetrics({
    countRunning: () => fleet.live.countRunning(),
    isHostConnected: () => fleet.link.connected,
  });
  const guests = new GuestCaller(finder);
  const pauses = new KeyedGate(1);
  const networks = new KeyedGate(1);
  const warmPools = new WarmPools({ settings, store, fleet, log });
  fleet.onLinked = () => warmPools.tell();
  exposePools(metrics.registry, { store, warmPools });
  exposeBuildCache(metrics.registry, store);
  const blobs = new BlobStore({
    folder: paths(settings).blobsDir,
    quotaBytes: settings.tenant_max_context_mb * 1024 * 1024,
  });
  const builds = new BuildQueue(blobs);
  const context: Context = {
    ...{
      settings,
      store,
      fleet,
      finder,
      guests,
      pauses,
      networks,
      warmPools,
      builds,
      metrics,
      log,
      version,
      reach,
    },
  };
  const recovery = new ClaimRecovery({ store, log });
  fleet.projection.onSettled = (sandbox) => recovery.onSettled(sandbox);
  fleet.snapshots.saveAgain = (snapshot) => saveSnapshot(context, snapshot);
  fleet.snapshots.onSettled = (id, snapshot) => recovery.onSnapshot(id, snapshot);
  fleet.projection.onGuardKill = ({ guard }) => metrics.countGuardKill(guard);
  await recovery.start();
  await builds.start(context);

  const previews = await createPreviews(context);
  const ssh = await createSshRelay(context);
  const feed = new EventFeed({ store, log });
  const uploads = new Uploads(context, new Staging(paths(settings).uploadsDir));
  let url = publicUrl(settings);
  const app = await buildApp(context, { recovery, feed, previews, ssh, uploads, url: () => url });
  const metricsServer = await serveMetrics(metrics, { port: settings.metrics_port });
  try {
    await app.listen({ host: settings.listen_address, port: settings.port });
  } catch (error) {
    await metricsServer.close();
    throw error;
  }
  url = publicUrl(settings, (app.server.address() as AddressInfo).port);
  fleet.start();
  await previews.start();
  await ssh?.start();
  warmPools.start();
  feed.start();
  const deliveries = new DeliveryWorker({ store, settings, log, version, metrics });
  await deliveries.start();
  const stopSweeping = startSweeping(uploads);
  const stopPurging = startPurging(context);

  return {
    url,
    metricsUrl: metricsServer.url,
    async stop() {
      stopPurging();
      stopSweeping();
      feed.stop();
      const delivered = deliveries.stop({ graceMs: GRACE_MS });
      const built = builds.stop();
      await previews.stop();
      ssh?.stop();
      const overdue = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
      await app.close();
      clearTimeout(overdue);
      await warmPools.stop();
      await built;
      await fleet.stop();
      await delivered;
      await metricsServer.close();
    },
  };
}
