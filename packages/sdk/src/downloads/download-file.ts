import { queryString } from '../client/query.ts';
import { InvalidRequestError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { readerChunks } from '../transport/stream.ts';
import { localModules } from '../uploads/local-file.ts';
import type { DownloadOptions } from './types.ts';

/**
 * Writes a file of the sandbox to a local one, which is replaced when all of it has arrived.
 * @returns how many bytes it has
 */
export async function downloadFile(
  scope: SandboxScope,
  path: string,
  localPath: string,
  { user, onProgress, ...call }: DownloadOptions,
): Promise<number> {
  const { fs, path: paths } = localModules();
  const response = await scope.client.send('GET', `${scope.path}/file${queryString({ path, user })}`, {
    ...call,
    read: 'stream',
  });
  const announced = Number(response.header('content-length'));
  const bytesTotal =
    Number.isSafeInteger(announced) && response.header('content-length') ? announced : undefined;
  const name = `.${paths.basename(localPath)}.${crypto.randomUUID().slice(0, 8)}.part`;
  const partPath = paths.join(paths.dirname(localPath), name);
  let bytesDone = 0;
  const stream = response.body as ReadableStream<Uint8Array>;
  try {
    const handle = await fs.open(partPath, 'wx', 0o666).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      throw new InvalidRequestError(`The local folder ${paths.dirname(localPath)} does not exist.`, {
        cause,
      });
    });
    try {
      for await (const chunk of readerChunks(stream)) {
        await handle.writeFile(chunk);
        bytesDone += chunk.length;
        onProgress?.({ bytesDone, bytesTotal });
      }
    } finally {
      await handle.close();
    }
    await fs.rename(partPath, localPath);
  } catch (error) {
    await stream.cancel().catch(() => {});
    await fs.rm(partPath, { force: true });
    throw error;
  }
  return bytesDone;
}
