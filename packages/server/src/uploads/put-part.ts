import type { Readable } from 'node:stream';
import { limits } from '@nullspace/contract';
import { ApiError, invalidField } from '../api-error.ts';
import type { Upload } from '../store/uploads/upload.ts';
import { countParts, partBytes } from './part-layout.ts';
import { WrongDigestError, WrongSizeError } from './staging.ts';
import type { UploadAddress, Uploads } from './uploads.ts';

interface NewPart {
  number: number;
  /** SHA-256 that the caller announced. */
  sha256: string | string[] | undefined;
  bytes: Readable;
  /** Aborts when the client goes. */
  signal: AbortSignal;
}

/** Takes one part. It counts when all of it has arrived and is what was announced; one that comes again replaces it. */
export async function putPart(uploads: Uploads, address: UploadAddress, part: NewPart): Promise<Upload> {
  const upload = await uploads.readUnfinished(address);
  const { number, sha256 } = part;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(String(sha256))) {
    throw invalidField('x-nullspace-part-sha256', 'must be a SHA-256 in lower-case hexadecimal digits');
  }
  const part_count = countParts(upload);
  // An upload of nothing has no part, or one that is empty.
  if (part_count === 0 && number === 0) return upload;
  if (number >= part_count) throw refuse('upload_part_range', upload, number, { part_count });
  const size = partBytes(upload, number);
  const leave = await uploads.arriving.enter(upload.id, part.signal);
  try {
    const received = await receive(uploads, upload, part, size);
    return await uploads.inTurn(upload.id, async () => {
      try {
        await uploads.readUnfinished(address);
        await received.keepAs(number);
        const now = Date.now();
        const change = { from: ['open', 'completing'] as const, status: 'open' as const, now };
        const expiresAt = now + limits.upload_keep_secs * 1000;
        return (await uploads.context.store.changeUpload(upload.id, { ...change, expiresAt })) ?? upload;
      } catch (error) {
        await received.drop();
        throw error;
      }
    });
  } finally {
    leave();
  }
}

async function receive({ staging }: Uploads, upload: Upload, part: NewPart, size: number) {
  const { number, bytes } = part;
  const sha256 = part.sha256 === undefined ? undefined : String(part.sha256);
  try {
    return await staging.receive(upload.id, bytes, { size, sha256 });
  } catch (error) {
    if (error instanceof WrongSizeError) {
      throw refuse('upload_part_size', upload, number, { expected: size }, error);
    }
    if (error instanceof WrongDigestError) throw refuse('upload_part_checksum', upload, number, {}, error);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const values = { bytes: size, problem: 'the disk of the server is full' };
      throw refuse('upload_staging_full', upload, number, values, error);
    }
    if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
      const problem = 'body: broke off before its end; the part was not kept';
      throw new ApiError('invalid_request', { problem }, { cause: error });
    }
    throw error;
  }
}

function refuse(
  code: 'upload_part_range' | 'upload_part_size' | 'upload_part_checksum' | 'upload_staging_full',
  { id: upload_id, targetPath: path }: Upload,
  part_number: number,
  values: Record<string, string | number>,
  cause?: unknown,
): ApiError {
  const details = { upload_id, path, part_number, ...values };
  return new ApiError(code, { upload_id, part_number, ...values }, { details, cause });
}
