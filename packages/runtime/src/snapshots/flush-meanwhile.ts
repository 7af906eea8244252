import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Smaller files reach the disk quickly enough at the end. */
const LEAST_BYTES = 64 * 1024 * 1024;

const INTERVAL_MS = 200;

/**
 * Brings what a writer has written so far to the disk while it goes on, so that the disk does not stand idle before
 * everything is written and is not waited for alone afterwards.
 */
export async function flushMeanwhile<T>(folder: string, writing: Promise<T>): Promise<T> {
  const written = new AbortController();
  const flushing = flush(folder, written.signal);
  try {
    return await writing;
  } finally {
    written.abort();
    await flushing;
  }
}

async function flush(folder: string, written: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(INTERVAL_MS, undefined, { signal: written }).catch(() => {});
    if (written.aborted) return;
    const names = await readdir(folder).catch((): string[] => []);
    // What cannot be flushed yet fails at the end, where it counts.
    await Promise.all(names.map((name) => flushFile(join(folder, name)).catch(() => {})));
  }
}

async function flushFile(path: string): Promise<void> {
  if ((await stat(path)).size < LEAST_BYTES) return;
  await using file = await open(path);
  await file.datasync();
}
