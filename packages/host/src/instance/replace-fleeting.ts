import { existsSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';

const nextOf = (path: string) => `${path}.new`;

/**
 * Replaces a file whose content need not outlive the machine. ext4 begins to write a file to the disk when it takes the
 * name of another one, 0.3 ms in which all waits: so the other one goes first. Whenever our process ends, the old content
 * or the whole new one is there, the latter perhaps under the next name: `finishReplacing` comes before every reading.
 */
export async function replaceFleeting(path: string, content: string, mode: number): Promise<void> {
  const next = nextOf(path);
  // Nothing here waits for the disk: handing it to another thread and back would take ten times as long.
  try {
    writeFileSync(next, content, { mode });
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
  if (existsSync(path)) unlinkSync(path);
  renameSync(next, path);
}

/** Gives a file its name that an earlier process was about to give it. */
export async function finishReplacing(path: string): Promise<void> {
  if (!existsSync(path) && existsSync(nextOf(path))) await rename(nextOf(path), path);
}
