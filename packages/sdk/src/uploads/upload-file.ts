import type { FileInfo as WireFileInfo } from '@nullspace/contract';
import { queryString } from '../client/query.ts';
import { InvalidRequestError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { sendSession } from './send-session.ts';
import { createUpload } from './sessions.ts';
import { findSource, piecesOf, type RandomAccess } from './source.ts';
import { spool } from './spool.ts';
import type { UploadFileOptions, UploadResult, UploadSourceInput } from './types.ts';

/** Above this size an upload goes in parts unless the caller says otherwise. */
export const largestDirectBytes = 8 * 1024 * 1024;

/** Uploads one file, in one request or in parts. */
export async function uploadFile(
  scope: SandboxScope,
  source: UploadSourceInput,
  destination: string | undefined,
  options: UploadFileOptions,
): Promise<UploadResult> {
  const { resumable = 'auto', onProgress } = options;
  if (resumable !== 'auto' && typeof resumable !== 'boolean')
    throw new InvalidRequestError("resumable must be true, false or 'auto'.");
  const found = await findSource(source);
  let bytes = found.bytes;
  try {
    const path = targetPath(found.name, destination);
    if (!bytes && resumable === true) {
      onProgress?.({ phase: 'preparing', bytesDone: 0, bytesTotal: undefined, uploadId: undefined });
      bytes = await spool(found.stream!);
    }
    const inParts = resumable === true || (resumable === 'auto' && (bytes?.size ?? 0) > largestDirectBytes);
    if (!bytes) return await sendDirectly(scope, path, found.stream!, undefined, options);
    if (!inParts) return await sendDirectly(scope, path, piecesOf(bytes), bytes.size, options);
    return await sendInParts(scope, path, bytes, found.stream !== undefined, options);
  } finally {
    await bytes?.close();
  }
}

/** Where a file goes: to its own name without a destination, into a directory that ends with a slash. */
export function targetPath(name: string | undefined, destination: string | undefined): string {
  if (destination !== undefined && !destination.endsWith('/')) return destination;
  if (name === undefined)
    throw new InvalidRequestError('A source without a name needs the path of a file to go to.');
  return `${destination ?? ''}${name}`;
}

async function sendDirectly(
  scope: SandboxScope,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  bytesTotal: number | undefined,
  { user, onProgress, signal, requestTimeoutMs }: UploadFileOptions,
): Promise<UploadResult> {
  const call = { signal, requestTimeoutMs };
  let bytesDone = 0;
  const tell = (phase: 'uploading' | 'completed'): void =>
    onProgress?.({ phase, bytesDone, bytesTotal, uploadId: undefined });
  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      yield chunk;
      bytesDone += chunk.length;
      tell('uploading');
    }
  }
  tell('uploading');
  await scope.client.send('PUT', `${scope.path}/file${queryString({ path, user })}`, {
    ...call,
    body: counted(),
  });
  const json = { path, user: user ?? null };
  const info = await scope.client.json<WireFileInfo>('POST', `${scope.path}/files/info`, { ...call, json });
  tell('completed');
  return {
    kind: 'file',
    path: info.path,
    bytes: bytesDone,
    files: 1,
    transport: 'direct',
    resumed: false,
    uploadId: undefined,
  };
}

async function sendInParts(
  scope: SandboxScope,
  path: string,
  bytes: RandomAccess,
  wasStream: boolean,
  options: UploadFileOptions,
): Promise<UploadResult> {
  const { user, signal, requestTimeoutMs } = options;
  const session = await createUpload(
    scope,
    {
      kind: 'file',
      source_kind: wasStream ? 'spooled_stream' : 'restartable_file',
      target_path: path,
      content_length: bytes.size,
      conflict: 'merge',
      archive_format: null,
      checksum_algorithm: 'sha256',
      whole_checksum_sha256: null,
      metadata: {},
      ...(user ? { user } : {}),
    },
    { signal, requestTimeoutMs },
  );
  return sendSession(scope, session, bytes, options);
}
