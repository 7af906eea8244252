import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotManifest } from '../engine.ts';
import { SnapshotError } from '../errors.ts';

export const MANIFEST = 'manifest.json';

/** The manifest as a file, which carries its own digest. */
export function encodeManifest(manifest: SnapshotManifest): string {
  const sha256 = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  return `${JSON.stringify({ sha256, manifest })}\n`;
}

/**
 * Reads the manifest of a snapshot.
 *
 * @throws {SnapshotError} `snapshot_missing` or `snapshot_corrupt`
 */
export async function readManifest(folder: string): Promise<SnapshotManifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (cause) {
    throw new SnapshotError('snapshot_missing', `There is no snapshot in ${folder}.`, { cause });
  }
  const manifest = decode(text);
  if (manifest) return manifest;
  throw new SnapshotError('snapshot_corrupt', `${MANIFEST} in ${folder} is damaged.`, { field: MANIFEST });
}

/** Undefined unless the text is byte for byte what `encodeManifest` made. */
function decode(text: string): SnapshotManifest | undefined {
  try {
    const { manifest } = JSON.parse(text) as { manifest: SnapshotManifest };
    return encodeManifest(manifest) === text ? manifest : undefined;
  } catch {
    return undefined;
  }
}
