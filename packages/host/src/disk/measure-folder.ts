import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that everything in a folder takes on disk. What goes away meanwhile counts as nothing. */
export async function measureFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const found = await lstat(path).catch(() => undefined);
    bytes += (found?.blocks ?? 0) * 512;
    if (entry.isDirectory()) bytes += await measureFolder(path);
  }
  return bytes;
}
