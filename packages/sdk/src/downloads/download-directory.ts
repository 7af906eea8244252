import type * as nodeStream from 'node:stream';
import type * as nodePipeline from 'node:stream/promises';
import { queryString } from '../client/query.ts';
import { nodeModule } from '../configuration/runtime.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { readerChunks } from '../transport/stream.ts';
import { leadsOut } from '../uploads/leads-out.ts';
import { localModules } from '../uploads/local-file.ts';
import type { DirectoryDownload, DownloadOptions } from './types.ts';

const kinds = new Set(['file', 'directory', 'symlink', undefined]);

/**
 * Unpacks a directory of the sandbox into a local one, which is made if it is missing; what else is in it stays.
 * The archive comes from the sandbox, so nothing in it may lead out of the local directory: links that do are left out.
 */
export async function downloadDirectory(
  scope: SandboxScope,
  path: string,
  localPath: string,
  { user, onProgress, ...call }: DownloadOptions,
): Promise<DirectoryDownload> {
  const { fs } = localModules();
  const { unpackTar } = await import('modern-tar/fs');
  const { pipeline } = nodeModule<typeof nodePipeline>('node:stream/promises')!;
  const { Readable } = nodeModule<typeof nodeStream>('node:stream')!;
  const query = queryString({ path, user, archive_format: 'tar' });
  const response = await scope.client.send('GET', `${scope.path}/file${query}`, { ...call, read: 'stream' });
  await fs.mkdir(localPath, { recursive: true });
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of readerChunks(response.body as ReadableStream<Uint8Array>)) {
      bytes += chunk.length;
      onProgress?.({ bytesDone: bytes, bytesTotal: undefined });
      yield chunk;
    }
  }
  let refused: string | undefined;
  const leftOut: string[] = [];
  const unpack = unpackTar(localPath, {
    strict: true,
    filter: ({ name, type, linkname = '' }) => {
      if (!kinds.has(type)) refused ??= `${name} is a ${type}`;
      if (refused !== undefined) return false;
      // The library takes a backslash for a separator, on every system.
      if (!name.includes('\\') && !(type === 'symlink' && leadsOut(name, linkname))) return true;
      leftOut.push(name);
      return false;
    },
    // The library takes a name that begins as "a:b" does for one with a drive, and leaves the drive out.
    map: (header) => ({ ...header, name: `./${header.name}` }),
  });
  try {
    await pipeline(Readable.from(counted()), unpack);
  } catch (cause) {
    if (cause instanceof SandboxError || call.signal?.aborted) throw cause;
    throw invalidArchive(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (refused) throw invalidArchive(path, refused);
  return { bytes, leftOut };
}

function invalidArchive(path: string, why: string, cause?: unknown): SandboxError {
  return new SandboxError(`The archive of ${path} was not unpacked further: ${why}.`, {
    code: 'invalid_archive',
    cause,
  });
}
