import { readFileSync } from 'node:fs';

/** Whole lines of a file from a byte offset on; one that is still being written is left out. */
export function readLines(file: string, begin: number): string[] {
  return readFileSync(file).subarray(begin).toString('utf8').split('\n').slice(0, -1);
}
