import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { killProcess } from '../processes/signal.ts';

const REMOVE_TIMEOUT_MS = 10_000;

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENODEV';
}

/** Content of a control file; undefined when it or its group does not exist. */
export async function readControl(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'latin1')).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A control file that holds one number; 0 when it does not exist. */
export async function readNumber(file: string): Promise<number> {
  return Number((await readControl(file)) ?? 0);
}

/** Value of a line "key value" in a control file; 0 when there is none. */
export async function readKey(file: string, key: string): Promise<number> {
  const text = (await readControl(file)) ?? '';
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

export async function writeControl(file: string, value: string | number): Promise<void> {
  // Without "create": on a missing group the error must name it, and no plain file may appear.
  await writeFile(file, String(value), { flag: 'r+' });
}

/** Writes a control file that this kernel may not have. */
export async function writeOptionalControl(file: string, value: string | number): Promise<void> {
  try {
    await writeControl(file, value);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Folders directly in `folder`; none when it does not exist. */
export async function listFolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Removes a group and those that a guest's engine made under it. A missing one is fine. What is still in it is ended: an
 * engine that is killed while it starts may have joined the groups of some controllers only.
 */
export async function removeGroup(folder: string): Promise<void> {
  const deadline = Date.now() + REMOVE_TIMEOUT_MS;
  for (;;) {
    for (const child of await listFolders(folder)) await removeGroup(`${folder}/${child}`);
    try {
      return await rmdir(folder);
    } catch (error) {
      if (isMissing(error)) return;
      // Tasks leave the list of processes a little before they leave the group.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || Date.now() > deadline) throw error;
      for (const pid of await readProcesses(`${folder}/cgroup.procs`)) killProcess(pid);
      await sleep(5);
    }
  }
}

/** Process numbers of a cgroup.procs file. */
export async function readProcesses(file: string): Promise<number[]> {
  const text = await readControl(file);
  return text ? text.split('\n').map(Number) : [];
}
