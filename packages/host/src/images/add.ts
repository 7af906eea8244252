import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@nullspace/service';
import { lockFile } from '../process/lock.ts';
import { ImageCatalog, imageNamePattern } from './catalog.ts';
import { inspectImage } from './erofs.ts';

/**
 * Installs an EROFS image under a name; one that is installed already is only named. A running host uses it from
 * its next create on.
 *
 * @throws {Error} When the name or the file cannot be used; nothing is changed then.
 */
export async function addImage(options: {
  folder: string;
  name: string;
  file: string;
}): Promise<{ digest: string; sizeBytes: number; copied: boolean }> {
  const { folder, name, file } = options;
  if (!imageNamePattern.test(name)) {
    throw new Error(`image name ${JSON.stringify(name)} must match ${imageNamePattern.source}`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  using _lock = await lockFile(join(folder, 'lock'), { wait: true });
  const catalog = new ImageCatalog(folder);
  const image = await inspectImage(file);
  const target = catalog.pathOf(image.digest);
  const installed = await stat(target).catch(() => undefined);
  const copied = installed?.size !== image.sizeBytes;
  if (copied) await copyImage({ file, target, digest: image.digest });
  await catalog.name(name, image);
  return { ...image, copied };
}

async function copyImage(options: { file: string; target: string; digest: string }): Promise<void> {
  const temporary = `${options.target}.new`;
  try {
    // Shares the blocks where the filesystem can.
    await copyFile(options.file, temporary, constants.COPYFILE_FICLONE);
    await chmod(temporary, 0o444);
    const copy = await inspectImage(temporary);
    if (copy.digest !== options.digest) throw new Error(`${options.file} changed while it was copied`);
    const file = await open(temporary, 'r');
    await file.sync().finally(() => file.close());
    await rename(temporary, options.target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(join(options.target, '..'));
}
