import { ApiError } from '../api-error.ts';

/** Why a copy could not be made, as the caller sees it. The source runs on. */
export function toForkFailure(
  sandboxId: string,
  refusal: { code: string; message: string; field?: string; missingBytes?: number },
  cause?: unknown,
): ApiError {
  const { code, message, field = '', missingBytes = 0 } = refusal;
  const details = {
    sandbox_id: sandboxId,
    ...(field ? { field } : {}),
    ...(missingBytes > 0 ? { missing_bytes: missingBytes } : {}),
  };
  if (code === 'capacity_exceeded') {
    return new ApiError('capacity_exceeded', { problem: message }, { details, cause });
  }
  if (code === 'disk_full') {
    const missing = missingBytes > 0 ? `: ${missingBytes} bytes are missing` : '';
    return new ApiError('disk_full', { sandbox_id: sandboxId, missing }, { details, cause });
  }
  return new ApiError('fork_failed', { sandbox_id: sandboxId, problem: message }, { details, cause });
}
