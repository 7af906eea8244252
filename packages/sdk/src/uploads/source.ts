import { InvalidRequestError } from '../errors/state.ts';
import { readerChunks } from '../transport/stream.ts';
import { openLocalFile } from './local-file.ts';
import type { UploadSourceInput } from './types.ts';

/** Bytes that can be read again from any place. */
export interface RandomAccess {
  readonly size: number;
  /** Fewer than asked only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A source as it is found: at hand, or a stream that can be read once. */
export type FoundSource =
  | { name: string | undefined; bytes: RandomAccess; stream: undefined }
  | { name: undefined; bytes: undefined; stream: AsyncIterable<Uint8Array> };

/** Opens a source. The caller closes its bytes. */
export async function findSource(source: UploadSourceInput): Promise<FoundSource> {
  if (typeof source === 'string') {
    const { name, ...bytes } = await openLocalFile(source);
    return { name, bytes, stream: undefined };
  }
  if (source instanceof Uint8Array || source instanceof ArrayBuffer)
    return { name: undefined, bytes: bytesAtHand(source), stream: undefined };
  if (source instanceof Blob) {
    const name = 'name' in source && typeof source.name === 'string' ? source.name : undefined;
    return { name, bytes: blobBytes(source), stream: undefined };
  }
  if (source instanceof ReadableStream)
    return { name: undefined, bytes: undefined, stream: readerChunks(source) };
  if (typeof source === 'object' && source !== null && Symbol.asyncIterator in source)
    return { name: undefined, bytes: undefined, stream: source };
  throw new InvalidRequestError(
    'The source must be the path of a file, bytes, a Blob, a stream or an async iterable of bytes.',
  );
}

function bytesAtHand(source: Uint8Array | ArrayBuffer): RandomAccess {
  const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => {},
  };
}

function blobBytes(blob: Blob): RandomAccess {
  return {
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
    close: async () => {},
  };
}

const pieceBytes = 256 * 1024;

/** The bytes in order, in pieces. */
export async function* piecesOf(bytes: RandomAccess): AsyncGenerator<Uint8Array, void, void> {
  for (let offset = 0; offset < bytes.size; ) {
    const piece = await bytes.read(offset, Math.min(pieceBytes, bytes.size - offset));
    if (piece.length === 0) throw changed(bytes.size, offset);
    offset += piece.length;
    yield piece;
  }
}

/** The error for a file that became shorter while it was read. */
export function changed(expected: number, found: number): InvalidRequestError {
  return new InvalidRequestError(
    `The source had ${expected} bytes and now ends after ${found}: it was changed during the upload.`,
  );
}
