import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file so that a reader, whenever our process ends, sees the old content or the whole new one.
 *
 * @param options.lasting The same holds for a machine that loses power. @default true
 */
export async function writeAtomic(
  path: string,
  content: string,
  options: { mode: number; lasting?: boolean },
): Promise<void> {
  const { mode, lasting = true } = options;
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      if (lasting) await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  if (lasting) await syncFolder(dirname(path));
}

/** Makes names that were added to or removed from a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
