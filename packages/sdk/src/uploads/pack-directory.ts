import { readerChunks } from '../transport/stream.ts';
import { bytesOf, localModules } from './local-file.ts';
import { changed } from './source.ts';
import type { DirectoryEntry } from './walk-directory.ts';

const epoch = new Date(0);
const pieceBytes = 262_144;

/**
 * A tar with PAX headers of local entries, made as it is read. The same files give the same bytes: owners and times
 * are left out, since both would differ between machines.
 */
export async function* packDirectory(
  entries: AsyncIterable<DirectoryEntry>,
): AsyncGenerator<Uint8Array, void, void> {
  const { createTarPacker } = await import('modern-tar');
  const { readable, controller } = createTarPacker();
  const packing = pack();
  packing.catch((error) => controller.error(error));
  yield* readerChunks(readable);
  await packing;

  async function pack(): Promise<void> {
    const { fs } = localModules();
    for await (const { path, localPath, type, size, mode, target, ignored } of entries) {
      if (ignored) continue;
      const owner = { uid: 0, gid: 0, uname: '', gname: '', mtime: epoch, mode };
      const name = type === 'directory' ? `${path}/` : path;
      const writer = controller.add({ name, type, size, linkname: target, ...owner }).getWriter();
      if (type === 'file' && size > 0) {
        const handle = await fs.open(localPath, 'r');
        let left = size;
        try {
          // The header has the size already, so a file that grows is cut and one that shrinks is an error.
          const bytes = bytesOf(handle, size);
          while (left > 0) {
            const piece = await bytes.read(size - left, Math.min(pieceBytes, left));
            if (piece.length === 0) break;
            await writer.write(piece);
            left -= piece.length;
          }
        } finally {
          await handle.close();
        }
        if (left > 0) throw changed(size, size - left);
      }
      await writer.close();
    }
    controller.finalize();
  }
}
