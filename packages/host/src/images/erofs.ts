import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

// The superblock lies behind the first KiB: fs/erofs/erofs_fs.h of Linux.
const superblockOffset = 1024;
const magic = 0xe0f5e1e2;

/** True when a file begins as an EROFS image does. */
async function hasMagic(file: FileHandle): Promise<boolean> {
  const buffer = Buffer.alloc(4);
  const { bytesRead } = await file.read(buffer, 0, 4, superblockOffset);
  return bytesRead === 4 && buffer.readUInt32LE(0) === magic;
}

/**
 * Digest and size of an image.
 *
 * @throws {Error} When the file is no EROFS image.
 */
export async function inspectImage(path: string): Promise<{ digest: string; sizeBytes: number }> {
  const file = await open(path, 'r');
  try {
    if (!(await hasMagic(file))) {
      throw new Error(`${path} is no EROFS image; make one with mkfs.erofs or images/base/build`);
    }
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    return { digest: `sha256-${hash.digest('hex')}`, sizeBytes };
  } finally {
    await file.close();
  }
}
