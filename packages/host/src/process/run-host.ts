import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { paths as findPaths, type Settings } from '@nullspace/configuration';
import type { Logger } from 'pino';
import { readFaultPoint } from '../faults.ts';
import { openHost } from '../open-host.ts';
import { findGroup, prepareFolders } from './folders.ts';
import { createIsolation, requireEngine } from './isolation.ts';
import { listen } from './listen.ts';
import { ownDataFolder } from './own-data-folder.ts';
import { serveEgress } from './serve-egress.ts';
import { serveResolvers } from './serve-resolvers.ts';

/** Runs the host until the process is asked to end. Sandboxes run on after that. */
export async function runHost(settings: Settings, log: Logger): Promise<void> {
  const reach = readFaultPoint(process.env.NULLSPACE_FAULT_POINT);
  const paths = findPaths(settings);
  const asked = askedToEnd();
  const group = await findGroup(settings.service_user);
  if (group === undefined) {
    log.warn(
      { service_user: settings.service_user },
      'there is no such account; the socket is for root alone',
    );
  }
  await prepareFolders(paths, group);
  using _lock = await ownDataFolder(paths);
  const {
    engine,
    createNetwork,
    services,
    imager,
    egress: egressProgram,
  } = await createIsolation(settings, log);
  await requireEngine(engine);
  const host = await openHost({ settings, engine, createNetwork, services, imager, log, reach });
  const resolvers = await serveResolvers(host.context.network, { settings, log });
  const egress = await serveEgress(host.context, { program: egressProgram });
  const server = await listen(host.service, { socketPath: paths.hostSocket, group });
  log.info({ socket: paths.hostSocket, host_id: host.context.hostId }, 'ready');
  log.info({ signal: await asked }, 'ending');
  await host.close();
  await stopServing(server, paths.hostSocket);
  await Promise.all([resolvers.close(), egress.close()]);
  log.info('ended');
}

/** Resolves with the first signal; a second one ends the process at once. */
function askedToEnd(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = true;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (!first) process.exit(1);
        first = false;
        resolve(signal);
      });
    }
  });
}

async function stopServing(server: Server, socketPath: string): Promise<void> {
  await rm(socketPath, { force: true });
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(patience);
}
