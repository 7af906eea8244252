import { rm } from 'node:fs/promises';
import { paths as findPaths, type Settings } from '@nullspace/configuration';
import type { Logger } from 'pino';
import { prepareFolders } from './folders.ts';
import { createIsolation } from './isolation.ts';
import { ownDataFolder } from './own-data-folder.ts';

/**
 * Ends every instance of an installation and removes all that it set up on the machine: processes, control groups,
 * mounts, network, records. Images stay. May be repeated.
 *
 * @throws {Error} While the host runs.
 */
export async function cleanMachine(settings: Settings, log: Logger): Promise<void> {
  const paths = findPaths(settings);
  await prepareFolders(paths, undefined);
  using _lock = await ownDataFolder(paths);
  const { engine, createNetwork } = await createIsolation(settings, log);
  await engine.clean(new Set());
  await createNetwork().clean(new Set());
  await rm(paths.instancesDir, { recursive: true, force: true });
  await rm(paths.hostSocket, { force: true });
}
