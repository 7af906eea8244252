import type { CompletedUpload, CompleteUploadRequest } from '@nullspace/contract';
import { ApiError, invalidField } from '../api-error.ts';
import type { Upload } from '../store/uploads/upload.ts';
import { countParts, firstMissing } from './part-layout.ts';
import { publish } from './publish.ts';
import { DamagedPartError, WholeChecksumError } from './read-parts.ts';
import type { UploadAddress, Uploads } from './uploads.ts';

/**
 * Checks an upload and publishes it. A repetition answers the same; a caller that goes does not stop it. What was cut
 * off by the end of the server is done again, since publishing puts the whole file in its place at once.
 */
export async function completeUpload(
  uploads: Uploads,
  address: UploadAddress,
  body: CompleteUploadRequest,
): Promise<CompletedUpload> {
  const upload = await uploads.read(address);
  return uploads.inTurn(upload.id, async () => {
    const now = await uploads.read(address);
    return answer(uploads, now.status === 'completed' ? now : await complete(uploads, address, body));
  });
}

async function answer(uploads: Uploads, upload: Upload): Promise<CompletedUpload> {
  return {
    session: await uploads.present(upload),
    published_bytes: upload.publishedBytes ?? upload.contentLength,
    published_file_count: upload.publishedFiles ?? 1,
  };
}

async function complete(
  uploads: Uploads,
  address: UploadAddress,
  body: CompleteUploadRequest,
): Promise<Upload> {
  const upload = await uploads.readUnfinished(address);
  const given = body?.whole_checksum_sha256;
  if (given && upload.wholeChecksum && given !== upload.wholeChecksum) {
    throw invalidField('whole_checksum_sha256', 'is not the one that the upload was opened with');
  }
  const parts = await uploads.staging.list(upload.id);
  const missing = firstMissing(upload, parts);
  if (missing !== null) throw missingParts(upload, missing);
  const wasInterrupted = upload.status === 'completing';
  const completing = await uploads.context.store.changeUpload(upload.id, {
    from: ['open', 'completing'],
    status: 'completing',
    now: Date.now(),
    ...(given ? { wholeChecksum: given } : {}),
  });
  if (!completing) return uploads.readUnfinished(address);
  try {
    const published = await publish(uploads, address, { upload: completing, parts, wasInterrupted });
    return (await uploads.end(completing, 'completed', published)) ?? completing;
  } catch (error) {
    throw await fail(uploads, completing, error);
  }
}

/** What sending again cannot mend ends the upload; otherwise it is open again. */
async function fail(uploads: Uploads, upload: Upload, error: unknown): Promise<unknown> {
  const final: readonly string[] = ['upload_archive_path', 'upload_archive_link', 'upload_archive_entry'];
  const isWrong = error instanceof WholeChecksumError;
  if (isWrong || (error instanceof ApiError && final.includes(error.code))) {
    await uploads.end(upload, 'failed');
  } else {
    if (error instanceof DamagedPartError) await uploads.staging.forget(error.part);
    const change = { from: ['completing'] as const, status: 'open' as const, now: Date.now() };
    await uploads.context.store.changeUpload(upload.id, change);
  }
  if (error instanceof DamagedPartError) return missingParts(upload, error.number);
  if (!isWrong) return error;
  const details = { upload_id: upload.id, path: upload.targetPath };
  const values = { upload_id: upload.id, expected: upload.wholeChecksum ?? '' };
  return new ApiError('upload_whole_checksum', values, { details });
}

function missingParts(upload: Upload, part_number: number): ApiError {
  const values = { upload_id: upload.id, part_number, part_count: countParts(upload) };
  return new ApiError('upload_missing_parts', values, { details: { ...values, path: upload.targetPath } });
}
