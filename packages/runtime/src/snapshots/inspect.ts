import type { SnapshotManifest } from '../engine.ts';
import { readManifest } from './manifest.ts';
import { verifyFiles } from './verify.ts';

/** The manifest of a snapshot, and on demand whether all files are as it says. */
export async function inspectSnapshot(
  folder: string,
  { verify = false }: { verify?: boolean } = {},
): Promise<SnapshotManifest> {
  const manifest = await readManifest(folder);
  if (verify) await verifyFiles(folder, manifest.files);
  return manifest;
}
