import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChunkRange } from './checksum.ts';

const worker = new URL(`./checksum-worker${extname(import.meta.filename)}`, import.meta.url);

/** What a thread is asked for, one at a time. */
export interface ChecksumTask {
  range: ChunkRange;
  doubtGaps: boolean;
  holes?: ReadonlySet<number> | undefined;
}

/** A thread that makes checksums of one open file, which has to stay open until the thread has ended. */
export class ChecksumThread {
  readonly #worker: Worker;

  constructor(fd: number, { behind }: { behind: boolean }) {
    this.#worker = new Worker(worker, { workerData: { fd, behind } });
  }

  async sum(task: ChecksumTask, signal?: AbortSignal): Promise<string[]> {
    const answered = once(this.#worker, 'message', { signal });
    this.#worker.postMessage(task);
    const [chunks] = await answered;
    return chunks as string[];
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
