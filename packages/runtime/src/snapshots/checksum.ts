import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Piece of a file that has a checksum of its own. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * CRC-32 of each chunk of a file, in hexadecimal. It tells of damage, not of forgery: whoever may write the folder may
 * write the manifest too.
 */
export async function checksum(path: string, signal?: AbortSignal): Promise<string[]> {
  await using file = await open(path);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const chunks: string[] = [];
  for (;;) {
    signal?.throwIfAborted();
    const length = await readChunk(file, buffer);
    if (length > 0) chunks.push(crc32(buffer.subarray(0, length)).toString(16).padStart(8, '0'));
    if (length < CHUNK_BYTES) return chunks;
  }
}

/** Fills the buffer as far as the file goes. */
async function readChunk(file: FileHandle, buffer: Buffer): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
