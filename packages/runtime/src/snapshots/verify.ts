import { join } from 'node:path';
import type { SnapshotFile } from '../engine.ts';
import { SnapshotError } from '../errors.ts';
import { CHUNK_BYTES } from './checksum.ts';
import { checksumAside } from './checksum-aside.ts';

/**
 * Compares files of a snapshot with their checksums.
 *
 * @throws {SnapshotError} `snapshot_corrupt` with the name of the first damaged or missing file.
 */
export async function verifyFiles(
  folder: string,
  files: readonly SnapshotFile[],
  signal?: AbortSignal,
): Promise<void> {
  for (const file of files) await verifyFile(folder, file, signal);
}

async function verifyFile(folder: string, file: SnapshotFile, signal?: AbortSignal): Promise<void> {
  const chunks = await checksumAside(join(folder, file.name), signal).catch((cause) => {
    if (signal?.aborted || cause.code !== 'ENOENT') throw cause;
    throw damaged(folder, file.name, 'is missing', cause);
  });
  const wrong = file.chunks.findIndex((chunk, index) => chunk !== chunks[index]);
  if (wrong >= 0) throw damaged(folder, file.name, `is damaged after byte ${wrong * CHUNK_BYTES}`);
  if (chunks.length !== file.chunks.length) throw damaged(folder, file.name, 'is too long');
}

function damaged(folder: string, name: string, what: string, cause?: unknown): SnapshotError {
  return new SnapshotError('snapshot_corrupt', `${name} of the snapshot in ${folder} ${what}.`, {
    field: name,
    cause,
  });
}
