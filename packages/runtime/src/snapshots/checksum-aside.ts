import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { checksum } from './checksum.ts';

/** Up to here a thread would take longer to start than the checksum takes. */
const INLINE_BYTES = 32 * 1024 * 1024;

const worker = new URL(`./checksum-worker${extname(import.meta.filename)}`, import.meta.url);

export interface ChecksumOptions {
  signal?: AbortSignal | undefined;
  /** Lets everything else on the machine go first. @default false */
  behind?: boolean;
}

/** Checksums of a file, made in a thread of its own when it is large: the host's own has calls to answer. */
export async function checksumAside(file: FileHandle, options: ChecksumOptions = {}): Promise<string[]> {
  const { signal, behind = false } = options;
  const { size } = await file.stat();
  if (size <= INLINE_BYTES) return await checksum(file.fd, signal);
  signal?.throwIfAborted();
  const thread = new Worker(worker, { workerData: { fd: file.fd, behind } });
  try {
    const [chunks] = await once(thread, 'message', { signal });
    return chunks as string[];
  } finally {
    await thread.terminate();
  }
}
