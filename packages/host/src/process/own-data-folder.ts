import { join } from 'node:path';
import type { Paths } from '@nullspace/configuration';
import { LockedError, lockFile } from './lock.ts';

/** Makes this process the only host of a data folder until it ends. */
export async function ownDataFolder(paths: Paths): Promise<Disposable> {
  const path = join(paths.hostDir, 'lock');
  try {
    return await lockFile(path, { wait: false });
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new Error(`another host runs on ${paths.dataDir}; end it first, or choose another data_dir`, {
      cause: error,
    });
  }
}
