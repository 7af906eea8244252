import type { UploadRow } from '../schema.ts';
import type { NewUpload, Upload } from './upload.ts';

export function toUploadRow(upload: NewUpload): UploadRow {
  return {
    id: upload.id,
    tenant_id: upload.tenantId,
    execution_id: upload.executionId,
    kind: upload.kind,
    source_kind: upload.sourceKind,
    target_path: upload.targetPath,
    user_name: upload.user,
    content_length: upload.contentLength,
    part_size: upload.partSize,
    conflict: upload.conflict,
    whole_checksum: upload.wholeChecksum,
    status: 'open',
    reserved_bytes: upload.contentLength,
    published_bytes: null,
    published_files: null,
    created_at: upload.createdAt,
    updated_at: upload.createdAt,
    expires_at: upload.expiresAt,
  };
}

export function toUpload(row: UploadRow): Upload {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    executionId: row.execution_id,
    kind: row.kind,
    sourceKind: row.source_kind,
    targetPath: row.target_path,
    user: row.user_name,
    contentLength: row.content_length,
    partSize: row.part_size,
    conflict: row.conflict,
    wholeChecksum: row.whole_checksum,
    status: row.status,
    reservedBytes: row.reserved_bytes,
    publishedBytes: row.published_bytes,
    publishedFiles: row.published_files,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  };
}
