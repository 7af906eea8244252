import { read } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const readAt = promisify(read);

/** Piece of a file that has a checksum of its own. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** What the kernel fills a gap of a file with, in one piece at least. */
const PAGE_BYTES = 4096;

/** Stands for the checksum of a chunk that has to be read again. */
export const DOUBTFUL = '';

/** Chunks of a file, counted from 0; `end` is the first that is left out. */
export interface ChunkRange {
  start: number;
  end: number;
}

export interface ChecksumOptions {
  signal?: AbortSignal | undefined;
  /** Chunks with a page of zeros, which may be a gap that is filled later, are `DOUBTFUL`. @default false */
  doubtGaps?: boolean;
}

/**
 * CRC-32 of each chunk of an open file, in hexadecimal, as far as the file goes. It tells of damage, not of forgery:
 * whoever may write the folder may write the manifest too.
 */
export async function checksum(
  fd: number,
  range: ChunkRange,
  { signal, doubtGaps = false }: ChecksumOptions = {},
): Promise<string[]> {
  const buffer = Buffer.from(new ArrayBuffer(CHUNK_BYTES));
  const chunks: string[] = [];
  for (let index = range.start; index < range.end; index++) {
    signal?.throwIfAborted();
    const length = await fill(fd, buffer, index * CHUNK_BYTES);
    if (doubtGaps && hasZeroPage(buffer, length)) chunks.push(DOUBTFUL);
    else if (length > 0) chunks.push(crc32(buffer.subarray(0, length)).toString(16).padStart(8, '0'));
    if (length < CHUNK_BYTES) break;
  }
  return chunks;
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
