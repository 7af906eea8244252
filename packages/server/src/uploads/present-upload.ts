import { limits, type UploadSession } from '@nullspace/contract';
import type { Upload } from '../store/uploads/upload.ts';
import { countParts, firstMissing, partBytes } from './part-layout.ts';

/** An upload as the API shows it, with the parts that have arrived. */
export function presentUpload(
  upload: Upload,
  { parts, sandboxBytes }: { parts: ReadonlyMap<number, unknown>; sandboxBytes: number },
): UploadSession {
  const isOpen = upload.status === 'open';
  const whole = upload.status === 'completed' || upload.status === 'completing';
  const arrived = [...parts.keys()].reduce((sum, number) => sum + partBytes(upload, number), 0);
  return {
    upload_id: upload.id,
    kind: upload.kind,
    source_kind: upload.sourceKind,
    target_path: upload.targetPath,
    content_length: upload.contentLength,
    accepted_bytes: whole ? upload.contentLength : arrived,
    reserved_staging_bytes: upload.reservedBytes,
    part_size: upload.partSize,
    part_count: countParts(upload),
    max_concurrency: limits.upload_concurrency,
    next_part: isOpen ? firstMissing(upload, parts) : null,
    conflict: upload.conflict,
    archive_format: upload.kind === 'directory_tar' ? 'tar' : null,
    checksum_algorithm: 'sha256',
    whole_checksum_sha256: upload.wholeChecksum,
    user: upload.user,
    status: statusOf(upload, parts),
    limits: {
      max_upload_bytes: sandboxBytes,
      max_part_bytes: limits.upload_part_bytes,
      max_concurrency: limits.upload_concurrency,
      sandbox_staging_quota_bytes: sandboxBytes,
    },
    created_at: new Date(upload.createdAt).toISOString(),
    updated_at: new Date(upload.updatedAt).toISOString(),
    expires_at: new Date(upload.expiresAt).toISOString(),
  };
}

function statusOf(upload: Upload, parts: ReadonlyMap<number, unknown>): UploadSession['status'] {
  if (upload.status !== 'open') return upload.status;
  if (firstMissing(upload, parts) === null) return 'staged';
  return parts.size === 0 ? 'created' : 'uploading';
}
