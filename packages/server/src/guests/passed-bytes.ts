import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_BYTES = 8 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;

let passed = 0;

/**
 * Counts bytes that pass through this process. Each read takes a buffer that is dropped at once, which V8 only sees as
 * memory outside of its heap: it collects the whole heap for every 20 MiB, half of what a transfer costs. Collecting the
 * young generation alone before that takes a tenth, and keeps less memory.
 */
export function countPassed(bytes: number): void {
  passed += bytes;
  if (passed < EVERY_BYTES) return;
  passed = 0;
  collect({ type: 'minor' });
}

/** Less is left to the collector. */
const LEAST_BYTES = 16 * 1024;
/** What may stand around the content of a message in a buffer of its own. */
const MOST_AROUND = 64;

/**
 * Gives the memory of bytes back at once that nobody will read any more: thousands of buffers a second outside of the heap
 * make V8 collect all of it again and again. Does nothing to bytes that share a buffer with others.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer, length } = bytes;
  if (length < LEAST_BYTES || buffer.byteLength - length > MOST_AROUND) return;
  if (buffer instanceof ArrayBuffer && !buffer.resizable) buffer.transfer(0);
}
