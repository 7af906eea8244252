import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CHUNK_BYTES, type ChunkRange, checksum } from './checksum.ts';

/** Up to here a thread would take longer to start than the checksum takes. */
const INLINE_BYTES = 32 * 1024 * 1024;

/** From here on two threads are quicker than one. */
const PARALLEL_BYTES = 256 * 1024 * 1024;

const worker = new URL(`./checksum-worker${extname(import.meta.filename)}`, import.meta.url);

export interface ChecksumOptions {
  signal?: AbortSignal | undefined;
  /** Lets everything else on the machine go first. @default false */
  behind?: boolean;
}

/** Checksums of a file, made in threads of their own when it is large: the host's own has calls to answer. */
export async function checksumAside(file: FileHandle, options: ChecksumOptions = {}): Promise<string[]> {
  const { signal, behind = false } = options;
  const { size } = await file.stat();
  const end = Math.ceil(size / CHUNK_BYTES);
  if (size <= INLINE_BYTES) return await checksum(file.fd, { start: 0, end }, signal);
  signal?.throwIfAborted();
  const middle = size < PARALLEL_BYTES || behind ? end : Math.ceil(end / 2);
  const ranges = [
    { start: 0, end: middle },
    { start: middle, end },
  ].filter((range) => range.start < range.end);
  const parts = await Promise.all(ranges.map((range) => runThread({ fd: file.fd, range, behind }, signal)));
  return parts.flat();
}

async function runThread(
  workerData: { fd: number; range: ChunkRange; behind: boolean },
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const thread = new Worker(worker, { workerData });
  try {
    const [chunks] = await once(thread, 'message', { signal });
    return chunks as string[];
  } finally {
    await thread.terminate();
  }
}
