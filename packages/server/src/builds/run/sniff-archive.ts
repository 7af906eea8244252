import { open } from 'node:fs/promises';

const beginnings: [string, Buffer][] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['bzip2', Buffer.from('BZh')],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
];
const tarMark = { at: 257, text: 'ustar' };

/** The kind of archive that a file begins as; undefined: none. */
export async function sniffArchive(path: string): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    const start = buffer.subarray(0, bytesRead);
    if (start.subarray(tarMark.at).toString('latin1').startsWith(tarMark.text)) return 'tar';
    return beginnings.find(([, mark]) => start.subarray(0, mark.length).equals(mark))?.[0];
  } finally {
    await file.close();
  }
}
