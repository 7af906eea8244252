import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { killProcess } from '../processes/signal.ts';

const REMOVE_TIMEOUT_MS = 10_000;

/** Whether an error says that a control file or its group, or the process that it names, does not exist. */
function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENODEV' || code === 'ESRCH';
}

/**
 * Content of a control file; undefined when it or its group does not exist. Read at once, as it is in memory: a thread for
 * it would take several times as long.
 */
export function readControl(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A control file that holds one number; 0 when it does not exist. */
export function readNumber(file: string): number {
  return Number(readControl(file) ?? 0);
}

/** Value of a line "key value" in a control file; 0 when there is none. */
export function readKey(file: string, key: string): number {
  const text = readControl(file) ?? '';
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

// Without "create": on a missing group the error must name it, and no plain file may appear.
const OPEN = { flag: 'r+' };

export function writeControl(file: string, value: string | number): void {
  writeFileSync(file, String(value), OPEN);
}

/** Writes a control file at which the kernel may be at work for long, such as one that has it free memory. */
export async function writeSlowControl(file: string, value: string | number): Promise<void> {
  await writeFile(file, String(value), OPEN);
}

/** Makes a change, unless what it is about does not exist: a file that this kernel has not, a group, a process. */
export async function ifThere(change: () => void | Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Folders directly in `folder`; none when it does not exist. */
export function listFolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Removes a group and those that a guest's engine made under it. A missing one is fine. What is still in it is ended: an
 * engine that is killed while it starts may have joined the groups of some controllers only.
 *
 * @param vacate Called with each process that is still in it. @default ends it
 */
export async function removeGroup(
  folder: string,
  vacate: (pid: number) => void | Promise<void> = killProcess,
): Promise<void> {
  const deadline = Date.now() + REMOVE_TIMEOUT_MS;
  for (;;) {
    for (const child of listFolders(folder)) await removeGroup(`${folder}/${child}`, vacate);
    try {
      return await rmdir(folder);
    } catch (error) {
      if (isMissing(error)) return;
      // Tasks leave the list of processes a little before they leave the group.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || Date.now() > deadline) throw error;
      for (const pid of readProcesses(`${folder}/cgroup.procs`)) await vacate(pid);
      await sleep(5);
    }
  }
}

/** Process numbers of a cgroup.procs file. */
export function readProcesses(file: string): number[] {
  const text = readControl(file);
  return text ? text.split('\n').map(Number) : [];
}
