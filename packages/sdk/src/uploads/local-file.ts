import type * as fs from 'node:fs/promises';
import type * as os from 'node:os';
import type * as path from 'node:path';
import { nodeModule } from '../configuration/runtime.ts';
import { InvalidRequestError } from '../errors/state.ts';
import type { RandomAccess } from './source.ts';

/** What needs the local file system. @throws InvalidRequestError where there is none */
export function localModules(): { fs: typeof fs; path: typeof path; os: typeof os } {
  const found = {
    fs: nodeModule<typeof fs>('node:fs/promises'),
    path: nodeModule<typeof path>('node:path'),
    os: nodeModule<typeof os>('node:os'),
  };
  if (found.fs && found.path && found.os) return found as ReturnType<typeof localModules>;
  throw new InvalidRequestError('Local paths need Node. Pass bytes, a Blob or a stream.');
}

/** Whether a local path is a directory; false when it is nothing. */
export async function isLocalDirectory(source: string): Promise<boolean> {
  const stat = await localModules()
    .fs.stat(source)
    .catch(() => undefined);
  return stat?.isDirectory() ?? false;
}

/** Opens a regular file for reading. */
export async function openLocalFile(source: string): Promise<RandomAccess & { name: string }> {
  const { fs, path } = localModules();
  const handle = await fs.open(source, 'r').catch((cause: Error) => {
    throw new InvalidRequestError(`${source} cannot be read: ${cause.message}`, { cause });
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new InvalidRequestError(`${source} is not a file.`);
  }
  return { name: path.basename(path.resolve(source)), ...bytesOf(handle, stat.size) };
}

/** The bytes of an open file. */
export function bytesOf(handle: fs.FileHandle, size: number): RandomAccess {
  return {
    size,
    async read(offset, length) {
      const buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled === length ? buffer : buffer.subarray(0, filled);
    },
    close: () => handle.close(),
  };
}
