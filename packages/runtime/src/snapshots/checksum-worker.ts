import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { checksum } from './checksum.ts';
import type { ChecksumTask } from './checksum-thread.ts';

const { fd, behind } = workerData as { fd: number; behind: boolean };

// "<process>/task/<thread>": on Linux a thread has a priority of its own.
if (behind) setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), 10);
parentPort?.on('message', async ({ range, ...options }: ChecksumTask) => {
  parentPort?.postMessage(await checksum(fd, range, options));
});
