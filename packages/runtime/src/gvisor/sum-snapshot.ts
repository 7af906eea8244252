import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFile } from '../engine.ts';
import { run } from '../processes/run.ts';
import { CHUNK_BYTES } from '../snapshots/checksum.ts';
import { checksumAside } from '../snapshots/checksum-aside.ts';
import { encodeManifest, MANIFEST, readManifest } from '../snapshots/manifest.ts';
import { openFile } from '../snapshots/verify.ts';

/** Our runsc's own subcommand, which tells data of a file from holes. A runsc that has it leaves disks where they are, too. */
export const DATA_RANGES = 'data-ranges';

/** Adds checksums that a pause has left out, letting everything else on the machine go first. */
export async function sumSnapshot(runsc: string, folder: string, signal?: AbortSignal): Promise<void> {
  const manifest = await readManifest(folder);
  if (!manifest.files.some(({ unsummed }) => unsummed)) return;
  const files: SnapshotFile[] = [];
  for (const file of manifest.files) {
    files.push(file.unsummed ? await sumFile(runsc, folder, { file, signal }) : file);
  }
  signal?.throwIfAborted();
  await replaceManifest(folder, encodeManifest({ ...manifest, files }));
}

async function sumFile(
  runsc: string,
  folder: string,
  { file, signal }: { file: SnapshotFile; signal: AbortSignal | undefined },
): Promise<SnapshotFile> {
  await using handle = await openFile(folder, file);
  const { name, sizeBytes } = file;
  const holes = findHoles(JSON.parse(await run(runsc, [DATA_RANGES, join(folder, name)])), sizeBytes);
  return { name, sizeBytes, chunks: await checksumAside(handle, { behind: true, holes, signal }) };
}

/** Chunks without a byte of data. */
function findHoles(ranges: readonly (readonly [number, number])[], sizeBytes: number): Set<number> {
  const holes = new Set(Array(Math.ceil(sizeBytes / CHUNK_BYTES)).keys());
  for (const [start, end] of ranges) {
    const last = Math.ceil(end / CHUNK_BYTES);
    for (let index = Math.floor(start / CHUNK_BYTES); index < last; index++) holes.delete(index);
  }
  return holes;
}

async function replaceManifest(folder: string, text: string): Promise<void> {
  const partial = join(folder, `${MANIFEST}.partial`);
  await writeFile(partial, text, { mode: 0o600, flush: true });
  await rename(partial, join(folder, MANIFEST));
  await using handle = await open(folder);
  await handle.sync();
}
