import type { FileInfo as WireFileInfo, WriteFileRequest } from '@nullspace/contract';
import { queryString } from '../client/query.ts';
import { toBase64 } from '../encoding/base64.ts';
import { InvalidRequestError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { readerChunks } from '../transport/stream.ts';
import { readFileInfo } from './read-info.ts';
import type { FileContent, FileInfo, FileOptions } from './types.ts';

/** From here on the text of bytes costs more than asking for what they became. */
const leastRawBytes = 256 * 1024;

/** Text and few bytes go as one JSON request, many bytes and streams as they are. */
export async function writeFile(
  scope: SandboxScope,
  path: string,
  content: FileContent,
  { user, ...call }: FileOptions,
): Promise<FileInfo> {
  if (typeof content === 'string') return send({ path, content, encoding: 'utf8', user: user ?? null });
  const bytes = await bytesOf(content);
  if (bytes && bytes.length < leastRawBytes)
    return send({ path, content: toBase64(bytes), encoding: 'base64', user: user ?? null });
  await scope.client.send('PUT', `${scope.path}/file${queryString({ path, user })}`, {
    ...call,
    body: bytes ?? chunksOf(content as ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>),
  });
  const json = { path, user: user ?? null };
  return readFileInfo(
    await scope.client.json<WireFileInfo>('POST', `${scope.path}/files/info`, { ...call, json }),
  );

  async function send(json: WriteFileRequest): Promise<FileInfo> {
    return readFileInfo(
      await scope.client.json<WireFileInfo>('POST', `${scope.path}/files/write`, { ...call, json }),
    );
  }
}

async function bytesOf(content: unknown): Promise<Uint8Array | undefined> {
  if (content instanceof Uint8Array) return content;
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  if (content instanceof Blob) return new Uint8Array(await content.arrayBuffer());
  return undefined;
}

/** Not every browser can iterate a stream itself. */
function chunksOf(
  content: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (content instanceof ReadableStream) return readerChunks(content);
  if (typeof content === 'object' && content !== null && Symbol.asyncIterator in content) return content;
  throw new InvalidRequestError(
    'content must be a string, bytes, a Blob, a stream or an async iterable of bytes.',
  );
}
