import type { BuildFailure } from './build.ts';
import type { UploadFailure } from './upload.ts';

/** Reads the `error_detail` of an upload; undefined when it is none. */
export function uploadFailure(detail: unknown): UploadFailure | undefined {
  if (!isRecord(detail) || typeof detail.reason !== 'string') return undefined;
  return {
    reason: detail.reason as UploadFailure['reason'],
    message: String(detail.message ?? ''),
    retryable: detail.retryable === true,
    uploadId: text(detail.upload_id),
    requestId: text(detail.request_id),
    path: text(detail.path),
    partNumber: number(detail.part_number),
    details: isRecord(detail.details) ? detail.details : undefined,
  };
}

/** Reads the `error_detail` of a template build; undefined when it is none. */
export function buildFailure(detail: unknown): BuildFailure | undefined {
  if (!isRecord(detail) || typeof detail.phase !== 'string') return undefined;
  return {
    code: String(detail.code ?? 'build_error'),
    phase: detail.phase as BuildFailure['phase'],
    message: String(detail.message ?? ''),
    retryable: detail.retryable === true,
    suggestedAction: String(detail.suggested_action ?? ''),
    stepIndex: number(detail.step_index),
    attempt: number(detail.attempt),
    maxAttempts: number(detail.max_attempts),
    cacheSubject: text(detail.cache_subject),
    buildId: text(detail.build_id),
    requestId: text(detail.request_id),
    details: isRecord(detail.details) ? detail.details : undefined,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
