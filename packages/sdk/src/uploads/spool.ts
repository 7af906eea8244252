import { bytesOf, localModules } from './local-file.ts';
import type { RandomAccess } from './source.ts';

/** Writes a stream to a temporary file that goes away with its closing, so that parts of it can be sent again. */
export async function spool(stream: AsyncIterable<Uint8Array>): Promise<RandomAccess> {
  const { fs, path, os } = localModules();
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'nullspace-upload-'));
  const handle = await fs.open(path.join(folder, 'source'), 'wx+', 0o600);
  // The open file stays readable without its name, and nothing is left when the program is killed.
  await fs.rm(folder, { recursive: true, force: true });
  let size = 0;
  try {
    for await (const chunk of stream) {
      await handle.writeFile(chunk);
      size += chunk.length;
    }
    return bytesOf(handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}
