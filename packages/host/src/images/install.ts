import { randomBytes } from 'node:crypto';
import { chmod, type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@nullspace/service';
import { inspectImage } from './erofs.ts';

const suffix = '.erofs.made';

/**
 * Installs an image that `write` makes in an open file, under its digest. It is there whole or not at all.
 *
 * @throws What `write` throws; nothing stays then.
 */
export async function installMade(
  folder: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<{ digest: string; sizeBytes: number }> {
  const temporary = join(folder, `${randomBytes(8).toString('hex')}${suffix}`);
  try {
    const file = await open(temporary, 'wx+', 0o600);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    const image = await inspectImage(temporary);
    const target = join(folder, `${image.digest}.erofs`);
    const installed = await stat(target).catch(() => undefined);
    if (installed?.size === image.sizeBytes) {
      await rm(temporary);
      return image;
    }
    await chmod(temporary, 0o444);
    await rename(temporary, target);
    await syncFolder(folder);
    return image;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes what an earlier process was making. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith(suffix)) await rm(join(folder, name), { force: true });
  }
}
