import { link, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listOpenFiles } from '../processes/open-files.ts';
import type { EngineContext } from './engine-context.ts';
import { instancePaths } from './paths.ts';
import type { InstanceRecord } from './records.ts';

/** File of a snapshot that is the guest's disk itself, under a second name, as our runsc knows it. */
export const SAVED_DISK = 'disk.img';

/** A smaller disk is copied sooner than its file is synced, looked through and read in the background. */
export const LEAST_DISK_BYTES = 64 * 1024 * 1024;

/**
 * Gives the disk of an instance that is to be paused a second name in the snapshot's folder. runsc then leaves its pages where
 * they are, and neither of us changes the file: whatever becomes of the pause, the instance can go on with its disk.
 *
 * @returns False when the disk is small, or cannot have a second name there.
 */
export async function linkDisk(
  { leastDiskBytes }: Pick<EngineContext, 'leastDiskBytes'>,
  { folder, sandbox }: InstanceRecord,
  temporary: string,
): Promise<boolean> {
  if (!sandbox) return false;
  const { upper } = instancePaths(folder);
  // Instances of an older runsc have none, nor those whose runsc an operator chose.
  const [name, ...rest] = await readdir(upper).catch(() => []);
  if (name === undefined || rest.length > 0) return false;
  const path = join(upper, name);
  try {
    const { blocks, dev, ino, nlink } = await stat(path);
    if (nlink !== 1 || blocks * 512 < leastDiskBytes) return false;
    const open = listOpenFiles(sandbox.pid).filter(({ target }) => target === path);
    const opened = await Promise.all(open.map((file) => stat(file.path)));
    // Its name alone does not make it what the guest writes to.
    if (!opened.some((file) => file.dev === dev && file.ino === ino)) return false;
    await link(path, join(temporary, SAVED_DISK));
    return true;
  } catch {
    return false;
  }
}

const APART = ', its disk apart';

/** Build of a snapshot with such a file. Other builds, also older ones of ours with the same version line, refuse it. */
export function buildWithDisk(engineBuild: string): string {
  return `${engineBuild}${APART}`;
}
