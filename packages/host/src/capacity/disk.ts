import { statfs } from 'node:fs/promises';
import { HostError } from '../errors.ts';

// Below this the journals of the sandboxes that run are in danger.
const floorMb = 1024;

export interface Disk {
  freeMb: number;
  totalMb: number;
}

export async function readDisk(folder: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const toMb = (count: number) => Math.floor((count * bsize) / 1024 / 1024);
  return { freeMb: toMb(bavail), totalMb: toMb(blocks) };
}

/** Disks of sandboxes are sparse and may promise more together than there is; one alone may not. */
export function checkDisk(disk: Disk, diskMb: number): void {
  if (diskMb > disk.totalMb) {
    throw new HostError(
      'invalid_request',
      `disk_mb ${diskMb} is over the ${disk.totalMb} MB of the host's disk`,
      {
        field: 'disk_mb',
      },
    );
  }
  if (disk.freeMb < floorMb) {
    throw new HostError(
      'capacity_exceeded',
      `the host's disk has ${disk.freeMb} MB left and keeps ${floorMb} MB; free some or end sandboxes`,
      { field: 'disk_mb' },
    );
  }
}
