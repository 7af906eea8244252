import { parentPort, workerData } from 'node:worker_threads';
import { checksum } from './checksum.ts';

parentPort?.postMessage(await checksum(workerData as string));
