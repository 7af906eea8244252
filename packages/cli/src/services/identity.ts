import { readFileSync } from 'node:fs';

/** What tells a process from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks between the machine's boot and the process's start. */
  startTicks: number;
  /** Changes with every boot of the machine. */
  bootId: string;
}

/** Identity of a live process; undefined when there is none with that id or it is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcess(pid, 'stat');
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startTicks: Number(fields[19]), bootId: bootId() };
}

/** Whether exactly this process still lives. */
export function isAlive(process: ProcessIdentity): boolean {
  const now = identify(process.pid);
  return now !== undefined && now.startTicks === process.startTicks && now.bootId === process.bootId;
}

/** Resident memory in bytes; undefined when the process is gone. */
export function residentBytes(pid: number): number | undefined {
  const match = readProcess(pid, 'status')?.match(/^VmRSS:\s+(\d+) kB$/m);
  return match ? Number(match[1]) * 1024 : undefined;
}

function readProcess(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
