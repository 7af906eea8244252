import * as z from 'zod';
import { pathId } from '../ids.ts';
import { archiveFormat } from './file-urls.ts';
import { account, sandboxPath } from './paths.ts';
import { timestamp } from './sandbox-info.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal digits');
const kind = z.enum(['file', 'directory_tar']);
const sourceKind = z.enum(['restartable_file', 'spooled_stream', 'directory_archive']);
const conflict = z.enum(['merge', 'replace', 'error']);

export const uploadParams = z.object({ sandbox_id: pathId, upload_id: pathId });
export const uploadPartParams = uploadParams.extend({
  part_number: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a part number, counted from 0')
    .transform(Number),
});

export const createUploadRequest = z
  .strictObject({
    kind,
    source_kind: sourceKind.describe('Where the bytes come from; for information.'),
    target_path: sandboxPath,
    content_length: z
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .describe('Bytes of the file, or of the archive.'),
    conflict: conflict
      .default('merge')
      .describe(
        'A target that exists: merge keeps what else is in a directory, replace removes it first, error refuses. Files are replaced by both of the former.',
      ),
    archive_format: archiveFormat.nullish(),
    checksum_algorithm: z.literal('sha256').default('sha256'),
    whole_checksum_sha256: sha256.nullish().describe('Of all bytes; may also come with complete.'),
    metadata: z.record(z.string(), z.unknown()).default({}).describe('Not kept.'),
    user: account,
  })
  .superRefine((request, context) => {
    if (request.kind === 'file' && request.archive_format) {
      context.addIssue({ code: 'custom', path: ['archive_format'], message: 'must be null for a file' });
    }
  });
export type CreateUploadRequest = z.input<typeof createUploadRequest>;
export type CreateUploadBody = z.output<typeof createUploadRequest>;

/** A closed object: published clients refuse further keys. */
export const uploadSession = z.strictObject({
  upload_id: z.string(),
  kind,
  source_kind: sourceKind,
  target_path: z.string(),
  content_length: z.number().int(),
  accepted_bytes: z.number().int().describe('Bytes of the parts that have arrived.'),
  reserved_staging_bytes: z.number().int(),
  part_size: z.number().int().describe('Bytes of every part but the last.'),
  part_count: z.number().int(),
  max_concurrency: z.number().int().describe('Parts that may be sent at the same moment.'),
  next_part: z.number().int().nullable().describe('Lowest part that is missing; null: none is.'),
  conflict,
  archive_format: archiveFormat.nullable(),
  checksum_algorithm: z.literal('sha256'),
  whole_checksum_sha256: z.string().nullable(),
  user: z.string().nullable(),
  status: z.enum([
    'created',
    'uploading',
    'staged',
    'completing',
    'completed',
    'aborted',
    'expired',
    'failed',
  ]),
  limits: z.strictObject({
    max_upload_bytes: z.number().int(),
    max_part_bytes: z.number().int(),
    max_concurrency: z.number().int(),
    sandbox_staging_quota_bytes: z.number().int(),
  }),
  created_at: timestamp,
  updated_at: timestamp,
  expires_at: timestamp,
});
export type UploadSession = z.infer<typeof uploadSession>;
export const createdUpload = z.strictObject({ session: uploadSession });
export type CreatedUpload = z.infer<typeof createdUpload>;

export const completeUploadRequest = z.strictObject({ whole_checksum_sha256: sha256.nullish() }).nullish();
export type CompleteUploadRequest = z.infer<typeof completeUploadRequest>;

/** A closed object: published clients refuse further keys. */
export const completedUpload = z.strictObject({
  session: uploadSession,
  published_bytes: z.number().int(),
  published_file_count: z
    .number()
    .int()
    .describe('1 for a file; of a directory its files and symbolic links.'),
});
export type CompletedUpload = z.infer<typeof completedUpload>;

/** Why an upload was refused, in `error_detail`. */
export type UploadFailureReason =
  | 'insufficient_staging_space'
  | 'size_limit_exceeded'
  | 'invalid_part_checksum'
  | 'part_out_of_range'
  | 'part_size_mismatch'
  | 'whole_checksum_mismatch'
  | 'upload_expired'
  | 'upload_aborted'
  | 'upload_already_completed'
  | 'target_conflict'
  | 'directory_extract_invalid_path'
  | 'directory_extract_invalid_symlink'
  | 'directory_extract_unsupported_entry'
  | 'missing_parts';
