import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFile, SnapshotManifest } from '../engine.ts';
import { SAVED_DISK } from './saved-disk.ts';

/** File of a memory snapshot that is read as the guest needs it. */
export const PAGES = 'pages.img';

/** Pages of a larger snapshot load, and are checked, while the guest runs. */
const CHECK_FIRST_BYTES = 256 * 1024 * 1024;

/** A disk that has taken a snapshot at this rate gives it back quickly enough to do without the page cache. */
const QUICK_BYTES_PER_SECOND = 256 * 1024 * 1024;

/** The files whose pages load while the guest runs; none when all is loaded before. */
export function findLate({ kind, files }: SnapshotManifest): SnapshotFile[] {
  if (kind === 'filesystem') return [];
  const pages = files.filter(({ name }) => name === PAGES || name === SAVED_DISK);
  return pages.some(({ sizeBytes }) => sizeBytes > CHECK_FIRST_BYTES) ? pages : [];
}

/**
 * Whether pages are to be read past the page cache. Copying them from there takes the processors away from the guest,
 * which is to answer meanwhile; from a slow disk the guest would wait longer for each page that it touches.
 */
export async function readsDirectly(
  { files, writtenMs = Number.POSITIVE_INFINITY }: SnapshotManifest,
  folder: string,
): Promise<boolean> {
  // A disk that stayed where it was says nothing of the rate.
  const written = files.filter(({ name }) => name !== SAVED_DISK);
  const bytes = written.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if ((bytes * 1000) / writtenMs < QUICK_BYTES_PER_SECOND) return false;
  try {
    // Not every file system can.
    await using _file = await open(join(folder, PAGES), constants.O_RDONLY | constants.O_DIRECT);
    return true;
  } catch {
    return false;
  }
}
