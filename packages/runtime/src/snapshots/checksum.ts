import { read } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const readAt = promisify(read);

/** Piece of a file that has a checksum of its own. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** Chunks of a file, counted from 0; `end` is the first that is left out. */
export interface ChunkRange {
  start: number;
  end: number;
}

/**
 * CRC-32 of each chunk of an open file, in hexadecimal, as far as the file goes. It tells of damage, not of forgery:
 * whoever may write the folder may write the manifest too.
 */
export async function checksum(fd: number, range: ChunkRange, signal?: AbortSignal): Promise<string[]> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const chunks: string[] = [];
  for (let index = range.start; index < range.end; index++) {
    signal?.throwIfAborted();
    const length = await fill(fd, buffer, index * CHUNK_BYTES);
    if (length > 0) chunks.push(crc32(buffer.subarray(0, length)).toString(16).padStart(8, '0'));
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
