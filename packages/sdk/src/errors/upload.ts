import { type ErrorFields, SandboxError } from './sandbox-error.ts';

/** Why an upload was refused. */
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

/** What the server knows about a failed upload. */
export interface UploadFailure {
  reason: UploadFailureReason;
  message: string;
  retryable: boolean;
  uploadId?: string;
  requestId?: string;
  path?: string;
  /** Number of the part, from 0. */
  partNumber?: number;
  details?: Record<string, unknown>;
}

/** Thrown when an upload fails. `failure.reason` says why; the subclasses group the reasons by what to do. */
export class FileUploadError extends SandboxError {
  override readonly name: string = 'FileUploadError';
  readonly failure: UploadFailure | undefined;

  constructor(message = 'Upload failed', fields: ErrorFields & { failure?: UploadFailure } = {}) {
    super(message, { ...fields, code: 'file_upload_error' });
    this.failure = fields.failure;
  }
}

/** Thrown when the upload or the staging space is too large. Send less, or finish other uploads first. */
export class UploadLimitError extends FileUploadError {
  override readonly name: string = 'UploadLimitError';
}

/** Thrown when the bytes that arrived differ from their checksum. Send the part, or the file, again. */
export class UploadChecksumError extends FileUploadError {
  override readonly name: string = 'UploadChecksumError';
}

/** Thrown when the target exists and the conflict policy is `error`. Choose another path or policy. */
export class UploadConflictError extends FileUploadError {
  override readonly name: string = 'UploadConflictError';
}

/** Thrown when the upload session is older than its lifetime. Start the upload again. */
export class UploadExpiredError extends FileUploadError {
  override readonly name: string = 'UploadExpiredError';
}

/** Thrown when an archive holds a path, link or entry that cannot be extracted safely. Leave it out. */
export class UploadPathError extends FileUploadError {
  override readonly name: string = 'UploadPathError';
}

/** Thrown when a part or call does not fit the state of the upload session. Read the session and go on from it. */
export class UploadStateError extends FileUploadError {
  override readonly name: string = 'UploadStateError';
}
