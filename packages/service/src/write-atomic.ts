import { renameSync, writeFileSync } from 'node:fs';
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
    if (lasting) await writeLasting(temporary, content, mode);
    // Nothing here waits for the disk: handing it to another thread and back would take ten times as long.
    else writeFileSync(temporary, content, { mode });
    if (lasting) await rename(temporary, path);
    else renameSync(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  if (lasting) await syncFolder(dirname(path));
}

async function writeLasting(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
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
