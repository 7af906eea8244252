import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { checksum } from './checksum.ts';

/** Up to here a thread would take longer to start than the checksum takes. */
const INLINE_BYTES = 32 * 1024 * 1024;

const worker = new URL(`./checksum-worker${extname(import.meta.filename)}`, import.meta.url);

/** Checksums of a file, made in a thread of its own when it is large: the host's own has calls to answer. */
export async function checksumAside(path: string, signal?: AbortSignal): Promise<string[]> {
  const { size } = await stat(path);
  if (size <= INLINE_BYTES) return await checksum(path, signal);
  const thread = new Worker(worker, { workerData: path });
  try {
    const [chunks] = await once(thread, 'message', { signal });
    return chunks as string[];
  } finally {
    await thread.terminate();
  }
}
