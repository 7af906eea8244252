import {
  completedUpload,
  completeUploadRequest,
  createdUpload,
  createUploadRequest,
  uploadParams,
  uploadPartParams,
  uploadSession,
} from '../schemas/uploads.ts';
import { defineRoute } from './route.ts';
import { sandboxParams } from './sandboxes.ts';

const path = '/v1/sandboxes/{sandbox_id}/uploads';
const tag = 'Files';
const idempotency = {
  'Idempotency-Key': 'Unique per intent; a repetition within 24 hours gets the stored answer.',
};
const stateErrors = ['upload_not_found', 'upload_expired', 'upload_aborted'] as const;
const guestErrors = [
  'sandbox_not_found',
  'sandbox_not_ready',
  'sandbox_paused',
  'guest_unavailable',
  'permission_denied',
] as const;

export const uploadRoutes = {
  createUpload: defineRoute({
    id: 'createUpload',
    method: 'POST',
    path,
    tag,
    summary: 'Opens a resumable upload session.',
    description: 'It lives for 24 hours, and for as long again after each part.',
    params: sandboxParams,
    headers: idempotency,
    body: createUploadRequest,
    status: 201,
    response: createdUpload,
    errors: [
      ...guestErrors,
      'upload_staging_full',
      'upload_too_large',
      'upload_target_conflict',
      'quota_exceeded',
      'idempotency_conflict',
      'transition_in_progress',
    ],
  }),
  getUpload: defineRoute({
    id: 'getUpload',
    method: 'GET',
    path: `${path}/{upload_id}`,
    tag,
    summary: 'Reads an upload session, a finished one too.',
    params: uploadParams,
    status: 200,
    response: uploadSession,
    errors: ['sandbox_not_found', 'upload_not_found'],
  }),
  uploadPart: defineRoute({
    id: 'uploadPart',
    method: 'PUT',
    path: `${path}/{upload_id}/parts/{part_number}`,
    tag,
    summary: 'Takes one part, counted from 0. Parts come in any order, also several at once or one twice.',
    params: uploadPartParams,
    headers: { 'X-Nullspace-Part-Sha256': 'SHA-256 of the part in lower-case hexadecimal digits.' },
    rawBody: true,
    status: 200,
    response: uploadSession,
    errors: [
      'sandbox_not_found',
      ...stateErrors,
      'upload_completed',
      'upload_part_checksum',
      'upload_part_range',
      'upload_part_size',
      'upload_staging_full',
    ],
  }),
  completeUpload: defineRoute({
    id: 'completeUpload',
    method: 'POST',
    path: `${path}/{upload_id}/complete`,
    tag,
    summary: 'Checks an upload and publishes it at once. A repetition answers the same.',
    params: uploadParams,
    headers: idempotency,
    body: completeUploadRequest,
    status: 200,
    response: completedUpload,
    errors: [
      ...guestErrors,
      ...stateErrors,
      'upload_missing_parts',
      'upload_whole_checksum',
      'upload_target_conflict',
      'upload_archive_path',
      'upload_archive_link',
      'upload_archive_entry',
      'sandbox_disk_full',
      'transition_in_progress',
    ],
  }),
  abortUpload: defineRoute({
    id: 'abortUpload',
    method: 'DELETE',
    path: `${path}/{upload_id}`,
    tag,
    summary: 'Ends an upload and drops its parts. The target is not touched.',
    params: uploadParams,
    status: 204,
    errors: ['sandbox_not_found', 'upload_not_found', 'upload_completed', 'transition_in_progress'],
  }),
};
