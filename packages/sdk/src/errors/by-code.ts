import { AuthError, PermissionError } from './access.ts';
import { BuildError } from './build.ts';
import { buildFailure, uploadFailure } from './failure-details.ts';
import { QuotaExceededError, RateLimitError } from './limits.ts';
import { type ErrorFields, SandboxError } from './sandbox-error.ts';
import {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  NotImplementedError,
  SandboxPausedError,
} from './state.ts';
import {
  FileUploadError,
  UploadChecksumError,
  UploadConflictError,
  UploadExpiredError,
  type UploadFailureReason,
  UploadLimitError,
  UploadPathError,
  UploadStateError,
} from './upload.ts';

type Fields = ErrorFields & { retryAfterSecs?: number };

const credentialCodes = new Set(['unauthorized', 'unauthenticated', 'missing_api_key']);
const previewCodes =
  /^(edge_token_(missing|expired|invalid|scope_mismatch)|preview_grant_(invalid|revoked)|preview_proxy_token_(missing|expired|invalid|revoked|scope_mismatch))$/;
const permissionCodes = /^(forbidden|permission_denied|.*_permission_denied)$/;
const quotaCodes = /quota|^capacity_exceeded$/;
const conflictCodes =
  /^(conflict|sandbox_not_ready|snapshot_in_use|snapshot_corrupt|rebuild_required|incompatible_snapshot|volume_busy|.*_conflict)$/;
const notFoundCodes = /^(not_found|.*_not_found)$/;

/** The error for a code of the API, by the first row of the contract's table that fits. */
export function errorByCode(
  message: string,
  code: string,
  fields: Fields = {},
  detail?: unknown,
): SandboxError {
  const named = { ...fields, code };
  if (credentialCodes.has(code)) return new AuthError(message, { ...fields, code: 'unauthorized' });
  if (previewCodes.test(code)) return new AuthError(message, named);
  if (permissionCodes.test(code)) return new PermissionError(message, named);
  if (quotaCodes.test(code)) return new QuotaExceededError(message, named);
  if (code === 'sandbox_not_ready' && fields.details?.status === 'paused')
    return new SandboxPausedError(message, fields);
  if (conflictCodes.test(code)) return new ConflictError(message, named);
  if (notFoundCodes.test(code)) return new NotFoundError(message, named);
  if (code === 'file_upload_error') return uploadError(message, fields, detail);
  if (code === 'build_error') return new BuildError(message, { ...fields, failure: buildFailure(detail) });
  if (code === 'rate_limit_exceeded') return new RateLimitError(message, fields);
  if (code === 'invalid_request' || code === 'invalid_fields') return new InvalidRequestError(message, named);
  if (code === 'not_implemented') return new NotImplementedError(message, fields);
  return new SandboxError(message, named);
}

const uploadErrors: Record<UploadFailureReason, typeof FileUploadError> = {
  insufficient_staging_space: UploadLimitError,
  size_limit_exceeded: UploadLimitError,
  invalid_part_checksum: UploadChecksumError,
  whole_checksum_mismatch: UploadChecksumError,
  target_conflict: UploadConflictError,
  upload_expired: UploadExpiredError,
  directory_extract_invalid_path: UploadPathError,
  directory_extract_invalid_symlink: UploadPathError,
  directory_extract_unsupported_entry: UploadPathError,
  missing_parts: UploadStateError,
  part_out_of_range: UploadStateError,
  part_size_mismatch: UploadStateError,
  upload_aborted: UploadStateError,
  upload_already_completed: UploadStateError,
};

function uploadError(message: string, fields: Fields, detail: unknown): FileUploadError {
  const failure = uploadFailure(detail);
  if (!failure) return new FileUploadError(message, fields);
  return new (uploadErrors[failure.reason] ?? FileUploadError)(message, {
    ...fields,
    retryable: fields.retryable ?? failure.retryable,
    requestId: fields.requestId ?? failure.requestId,
    details: fields.details ?? failure.details,
    failure,
  });
}
