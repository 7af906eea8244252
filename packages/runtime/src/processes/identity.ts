import { readFileSync } from 'node:fs';

/** A process that stays the same one even after its number was given to another. */
export interface ProcessIdentity {
  pid: number;
  /** Start of the process in clock ticks since boot, as in field 22 of /proc/<pid>/stat. */
  startTime: string;
}

/** Identity of a running process; undefined when it is gone or a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may hold anything, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

/** Whether this very process still runs. */
export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime;
}
