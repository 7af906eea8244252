import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { claim } from './claim.ts';

/** What is needed to remove an installation when the process that made it is gone. */
export interface Abandoned {
  dataDir: string;
  guestRange: string;
}

/** Notes this process as the one that uses a data folder. */
export function writeOwner(dataDir: string, guestRange: string): void {
  const file = join(dataDir, 'owner.json');
  // Others read it at any moment.
  writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, guestRange }));
  renameSync(`${file}.new`, file);
}

/**
 * Takes over what a run that was cut off has left in the folder of temporary files. Of several who look at the same
 * moment one gets it.
 */
export function takeAbandoned(prefix: string): Abandoned[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(tmpdir(), name))
    .flatMap((dataDir) => {
      const owner = readOwner(dataDir);
      if (!owner || isAlive(owner.pid) || !claim(basename(dataDir))) return [];
      return [{ dataDir, guestRange: owner.guestRange }];
    });
}

/** Undefined when it has gone meanwhile, or has none. */
function readOwner(dataDir: string): { pid: number; guestRange: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
