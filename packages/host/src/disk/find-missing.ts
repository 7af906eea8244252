import { stat } from 'node:fs/promises';
import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { digestPattern } from '../images/catalog.ts';
import { requireSnapshotId } from '../snapshots/id.ts';

interface Stored {
  images: string[];
  snapshotIds: string[];
}

/**
 * Which of these images and snapshots are not on the disk, or are known to be damaged.
 *
 * @throws {HostError} `invalid_request`
 */
export async function findMissing(host: HostContext, { images, snapshotIds }: Stored): Promise<Stored> {
  const field = 'images';
  if (!images.every((digest) => digestPattern.test(digest))) {
    throw new HostError('invalid_request', `each of ${field} must be "sha256-" and 64 hexadecimal digits`, {
      field,
    });
  }
  for (const id of snapshotIds) requireSnapshotId('snapshot_ids', id);
  const missing: Stored = { images: [], snapshotIds: [] };
  for (const digest of images) {
    const path = await host.images.locate(digest).catch(() => undefined);
    if (path === undefined) missing.images.push(digest);
  }
  for (const id of snapshotIds) {
    const record = host.snapshots.find(id);
    const whole = record && !record.corrupt_file && (await isThere(host.snapshots.filesOf(id)));
    if (!whole) missing.snapshotIds.push(id);
  }
  return missing;
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
