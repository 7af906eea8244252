import type { BigIntStats } from 'node:fs';

/** Tells one state of a file from another: a program that was replaced is another one. */
export function fileIdentity({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(' ');
}
