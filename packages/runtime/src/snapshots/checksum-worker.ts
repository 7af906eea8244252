import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type ChunkRange, checksum } from './checksum.ts';

const { fd, range, behind } = workerData as { fd: number; range: ChunkRange; behind: boolean };

// "<process>/task/<thread>": on Linux a thread has a priority of its own.
if (behind) setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), 10);
parentPort?.postMessage(await checksum(fd, range));
