import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHUNK_BYTES } from './checksum.ts';
import { ChecksumThread } from './checksum-thread.ts';
import { isShared } from './shared-file.ts';

/** Checksums of smaller files are made quickly enough at the end. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** Chunks that a thread is asked for at once: worth the asking, and soon done when the writing has ended. */
const LEAST_CHUNKS = 8;
const MOST_CHUNKS = 32;

const INTERVAL_MS = 25;

/** Checksums of the first chunks of files, by their names. */
export type KnownChecksums = ReadonlyMap<string, readonly string[]>;

/**
 * Makes checksums of large files while they are being written, from front to back: what was written is still in the
 * page cache, and the processors mostly wait for the disk. The last chunks are left out. A write that was cut short and
 * is repeated later leaves a gap of zeros until then, so chunks with pages of zeros stay doubtful.
 */
export async function checksumMeanwhile(folder: string, writing: Promise<void>): Promise<KnownChecksums> {
  const written = new AbortController();
  const followers = new Map<string, Follower>();
  const following = follow(folder, followers, written.signal);
  try {
    await writing;
  } finally {
    written.abort();
    await following;
    await Promise.all([...followers.values()].map((follower) => follower.end()));
  }
  return new Map([...followers].map(([name, { chunks }]) => [name, chunks]));
}

async function follow(folder: string, followers: Map<string, Follower>, written: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(INTERVAL_MS, undefined, { signal: written }).catch(() => {});
    if (written.aborted) return;
    const names = await readdir(folder).catch((): string[] => []);
    await Promise.all(names.map((name) => followFile(folder, name, followers).catch(() => {})));
  }
}

async function followFile(folder: string, name: string, followers: Map<string, Follower>): Promise<void> {
  const path = join(folder, name);
  const found = await stat(path);
  const { size } = found;
  if (size < LEAST_BYTES || isShared(found)) return;
  const follower = followers.get(name) ?? new Follower(await open(path));
  followers.set(name, follower);
  await follower.catchUp(Math.floor(size / CHUNK_BYTES));
}

class Follower {
  readonly chunks: string[] = [];
  readonly #file: FileHandle;
  readonly #thread: ChecksumThread;
  #failed = false;

  constructor(file: FileHandle) {
    this.#file = file;
    // The guest stands still until all is written.
    this.#thread = new ChecksumThread(file.fd, { behind: true });
  }

  async catchUp(written: number): Promise<void> {
    const start = this.chunks.length;
    if (this.#failed || written - start < LEAST_CHUNKS) return;
    const range = { start, end: Math.min(written, start + MOST_CHUNKS) };
    try {
      this.chunks.push(...(await this.#thread.sum({ range, doubtGaps: true })));
    } catch {
      // What cannot be read fails at the end, where it counts.
      this.#failed = true;
    }
  }

  async end(): Promise<void> {
    await this.#thread.end();
    await this.#file.close();
  }
}
