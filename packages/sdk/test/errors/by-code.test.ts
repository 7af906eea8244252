import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorCodes } from '@nullspace/contract';
import { errorByCode } from '../../src/errors/by-code.ts';
import * as sdk from '../../src/index.ts';

const errors = { ...sdk };

const preview = ['edge_token_', 'preview_proxy_token_'].flatMap((prefix) =>
  ['missing', 'expired', 'invalid', 'scope_mismatch'].map((suffix) => prefix + suffix),
);

/** The contract's table: code, class, and the code on the error where it differs. */
const table: [string, keyof typeof errors, string?][] = [
  ['unauthorized', 'AuthError'],
  ['unauthenticated', 'AuthError', 'unauthorized'],
  ['missing_api_key', 'AuthError', 'unauthorized'],
  ...[...preview, 'preview_grant_invalid', 'preview_grant_revoked', 'preview_proxy_token_revoked'].map(
    (code): [string, keyof typeof errors] => [code, 'AuthError'],
  ),
  ['forbidden', 'PermissionError'],
  ['permission_denied', 'PermissionError'],
  ['volume_permission_denied', 'PermissionError'],
  ['quota_exceeded', 'QuotaExceededError'],
  ['capacity_exceeded', 'QuotaExceededError'],
  ['volume_quota_exceeded', 'QuotaExceededError'],
  ['some_quota_thing', 'QuotaExceededError'],
  ['conflict', 'ConflictError'],
  ['sandbox_not_ready', 'ConflictError'],
  ['snapshot_in_use', 'ConflictError'],
  ['snapshot_corrupt', 'ConflictError'],
  ['rebuild_required', 'ConflictError'],
  ['incompatible_snapshot', 'ConflictError'],
  ['volume_busy', 'ConflictError'],
  ['file_conflict', 'ConflictError'],
  ['not_found', 'NotFoundError'],
  ['sandbox_not_found', 'NotFoundError'],
  ['snapshot_not_found', 'NotFoundError'],
  ['process_not_found', 'NotFoundError'],
  ['file_upload_error', 'FileUploadError'],
  ['build_error', 'BuildError'],
  ['rate_limit_exceeded', 'RateLimitError'],
  ['not_implemented', 'NotImplementedError'],
  ['invalid_request', 'InvalidRequestError'],
  ['invalid_fields', 'InvalidRequestError'],
  ['exec_failed', 'SandboxError'],
  ['exec_timeout', 'SandboxError'],
  ['timeout', 'SandboxError'],
  ['same_host_required', 'SandboxError'],
  ['warm_pool_unavailable', 'SandboxError'],
  ['unknown', 'SandboxError'],
];

const uploads: [string, keyof typeof errors][] = [
  ['insufficient_staging_space', 'UploadLimitError'],
  ['size_limit_exceeded', 'UploadLimitError'],
  ['invalid_part_checksum', 'UploadChecksumError'],
  ['whole_checksum_mismatch', 'UploadChecksumError'],
  ['target_conflict', 'UploadConflictError'],
  ['upload_expired', 'UploadExpiredError'],
  ['directory_extract_invalid_path', 'UploadPathError'],
  ['directory_extract_invalid_symlink', 'UploadPathError'],
  ['directory_extract_unsupported_entry', 'UploadPathError'],
  ['missing_parts', 'UploadStateError'],
  ['part_out_of_range', 'UploadStateError'],
  ['part_size_mismatch', 'UploadStateError'],
  ['upload_aborted', 'UploadStateError'],
  ['upload_already_completed', 'UploadStateError'],
];

describe('errors by code', () => {
  for (const [code, className, codeOnError = code] of table) {
    test(`${code} is a ${className}`, () => {
      const error = errorByCode('message', code);
      assert.equal(error.constructor, errors[className]);
      assert.equal(error.name, className);
      assert.equal(error.code, codeOnError);
      assert.ok(error instanceof errors.SandboxError && error instanceof Error);
    });
  }

  for (const [reason, className] of uploads) {
    test(`an upload that fails for ${reason} is an ${className}`, () => {
      const detail = { reason, message: 'm', retryable: true, upload_id: 'up_1', part_number: 3 };
      const error = errorByCode('message', 'file_upload_error', {}, detail);
      assert.equal(error.constructor, errors[className]);
      assert.equal(error.name, className);
      assert.ok(error instanceof errors.FileUploadError);
      assert.equal(error.code, 'file_upload_error');
      assert.equal(error.retryable, true);
      assert.equal(error.failure?.uploadId, 'up_1');
      assert.equal(error.failure?.partNumber, 3);
    });
  }

  test('a build carries the phase and step', () => {
    const detail = {
      code: 'step_failed',
      message: 'm',
      suggested_action: 's',
      phase: 'build_step',
      retryable: false,
    };
    const error = errorByCode('message', 'build_error', {}, { ...detail, step_index: 2 }) as sdk.BuildError;
    assert.equal(error.failure?.phase, 'build_step');
    assert.equal(error.failure?.stepIndex, 2);
  });

  test('every code of the server keeps its name, whatever the class', () => {
    for (const code of Object.keys(errorCodes)) assert.equal(errorByCode('message', code).code, code);
  });
});
