import { read } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const readAt = promisify(read);

/** Piece of a file that has a checksum of its own. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** Read at once. */
const PIECE_BYTES = 1024 * 1024;

/** Buffers to read into: new ones for each file would make V8 collect its whole heap, 10 ms, for each snapshot. */
const spare: Buffer[] = [];
const MOST_SPARE = 2;

/** What the kernel fills a gap of a file with, in one piece at least. */
const PAGE_BYTES = 4096;

/** Stands for the checksum of a chunk that has to be read again. */
export const DOUBTFUL = '';

/** Stands for the checksum of a chunk of which nothing was ever written. */
export const HOLE = '-';

/** Chunks of a file, counted from 0; `end` is the first that is left out. */
export interface ChunkRange {
  start: number;
  end: number;
}

export interface ChecksumOptions {
  signal?: AbortSignal | undefined;
  /** Chunks with a page of zeros, which may be a gap that is filled later, are `DOUBTFUL`. @default false */
  doubtGaps?: boolean;
  /** Chunks that are holes. They are not read. @default none */
  holes?: ReadonlySet<number> | undefined;
}

/**
 * CRC-32 of each chunk of an open file, in hexadecimal, as far as the file goes. It tells of damage, not of forgery:
 * whoever may write the folder may write the manifest too.
 */
export async function checksum(
  fd: number,
  range: ChunkRange,
  { signal, doubtGaps = false, holes }: ChecksumOptions = {},
): Promise<string[]> {
  const buffer = spare.pop() ?? Buffer.from(new ArrayBuffer(PIECE_BYTES));
  const chunks: string[] = [];
  try {
    for (let index = range.start; index < range.end; index++) {
      signal?.throwIfAborted();
      if (holes?.has(index)) {
        chunks.push(HOLE);
        continue;
      }
      const { length, sum, hasGap } = await sumChunk(fd, index * CHUNK_BYTES, {
        buffer,
        findGaps: doubtGaps,
      });
      if (hasGap) chunks.push(DOUBTFUL);
      else if (length > 0) chunks.push(sum.toString(16).padStart(8, '0'));
      if (length < CHUNK_BYTES) break;
    }
  } finally {
    if (spare.length < MOST_SPARE) spare.push(buffer);
  }
  return chunks;
}

/** Sums up one chunk, piece by piece, as far as the file goes. */
async function sumChunk(
  fd: number,
  start: number,
  { buffer, findGaps }: { buffer: Buffer; findGaps: boolean },
): Promise<{ length: number; sum: number; hasGap: boolean }> {
  const all = { length: 0, sum: 0, hasGap: false };
  while (all.length < CHUNK_BYTES) {
    const length = await fill(fd, buffer, start + all.length);
    all.sum = crc32(buffer.subarray(0, length), all.sum);
    all.hasGap ||= findGaps && hasZeroPage(buffer, length);
    all.length += length;
    if (length < buffer.length) break;
  }
  return all;
}

/** Fills the buffer as far as the file goes. */
async function fill(fd: number, buffer: Buffer, offset: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await readAt(fd, buffer, length, buffer.length - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function hasZeroPage({ buffer, byteOffset }: Buffer, length: number): boolean {
  const words = new Uint32Array(buffer, byteOffset, length >>> 2);
  const pageWords = PAGE_BYTES / 4;
  for (let start = 0; start < words.length; start += pageWords) {
    const end = Math.min(start + pageWords, words.length);
    let at = start;
    while (at < end && words[at] === 0) at += 1;
    if (at === end) return true;
  }
  return false;
}
