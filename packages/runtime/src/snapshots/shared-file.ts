import type { Stats } from 'node:fs';

/**
 * Whether a file of a snapshot that is being saved is somebody else's too: the disk of the instance itself, which may
 * still go on with it. Such a file must not be changed.
 */
export function isShared({ nlink }: Stats): boolean {
  return nlink > 1;
}
