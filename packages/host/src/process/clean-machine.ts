import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { paths as findPaths, type Settings } from '@nullspace/configuration';
import type { Logger } from 'pino';
import { readJournal } from '../instance/journal.ts';
import { prepareFolders } from './folders.ts';
import { createIsolation } from './isolation.ts';
import { ownDataFolder } from './own-data-folder.ts';

/**
 * Ends every instance of an installation and removes all that it set up on the machine: processes, control groups,
 * mounts, network, records. Images, snapshots and paused instances stay. May be repeated.
 *
 * @throws {Error} While the host runs.
 */
export async function cleanMachine(settings: Settings, log: Logger): Promise<void> {
  const paths = findPaths(settings);
  await prepareFolders(paths, undefined);
  using _lock = await ownDataFolder(paths);
  const { engine, createNetwork, services } = await createIsolation(settings, log);
  await engine.clean(new Set());
  await createNetwork().clean(new Set());
  await services.remove();
  await removeEnded(paths.instancesDir);
  await rm(paths.hostSocket, { force: true });
}

async function removeEnded(instancesDir: string): Promise<void> {
  for (const id of await readdir(instancesDir)) {
    const folder = join(instancesDir, id);
    const read = await readJournal(folder, id);
    const paused = read.kind === 'record' && read.record.state === 'paused';
    if (!paused) await rm(folder, { recursive: true, force: true });
  }
}
