import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFile } from '../engine.ts';
import { SnapshotError } from '../errors.ts';
import { CHUNK_BYTES, HOLE } from './checksum.ts';
import { type AsideOptions, checksumAside } from './checksum-aside.ts';

/**
 * Compares files of a snapshot with their checksums.
 *
 * @throws {SnapshotError} `snapshot_corrupt` with the name of the first damaged or missing file.
 */
export async function verifyFiles(
  folder: string,
  files: readonly SnapshotFile[],
  options: AsideOptions = {},
): Promise<void> {
  for (const file of files) {
    await using handle = await openFile(folder, file);
    await verifyFile(handle, file, options);
  }
}

/** Opens a file of a snapshot, which has to be as long as it was saved. */
export async function openFile(folder: string, { name, sizeBytes }: SnapshotFile): Promise<FileHandle> {
  const handle = await open(join(folder, name)).catch((cause) => {
    throw cause.code === 'ENOENT' ? damaged(name, 'is missing', cause) : cause;
  });
  const { size } = await handle.stat();
  if (size === sizeBytes) return handle;
  await handle.close();
  throw damaged(name, `has ${size} bytes and was saved with ${sizeBytes}`);
}

/** Compares one open file with its checksums, if it has some already. */
export async function verifyFile(
  handle: FileHandle,
  file: SnapshotFile,
  options: AsideOptions,
): Promise<void> {
  if (file.unsummed) return;
  const holes = new Set([...file.chunks.keys()].filter((index) => file.chunks[index] === HOLE));
  const chunks = await checksumAside(handle, { ...options, holes });
  // Both ways round: a file without checksums is not known to be whole.
  const wrong = chunks.findIndex((chunk, index) => chunk !== file.chunks[index]);
  if (wrong >= 0) throw damaged(file.name, `is damaged within 4 MiB after byte ${wrong * CHUNK_BYTES}`);
}

function damaged(name: string, what: string, cause?: unknown): SnapshotError {
  return new SnapshotError('snapshot_corrupt', `The snapshot's file ${name} ${what}.`, {
    field: name,
    cause,
  });
}
