import { readHostError } from '@nullspace/host';
import { ApiError } from '../api-error.ts';

/** Why a running sandbox could not be saved, as the caller sees it. It runs on. */
export function toSaveFailure(error: unknown, sandboxId: string): ApiError {
  if (error instanceof ApiError) return error;
  const refusal = readHostError(error);
  const details = { sandbox_id: sandboxId };
  if (refusal?.code === 'disk_full') {
    const { missingBytes } = refusal;
    return new ApiError(
      'disk_full',
      { sandbox_id: sandboxId, missing: missingBytes > 0 ? `: ${missingBytes} bytes are missing` : '' },
      { details: { ...details, ...(missingBytes > 0 ? { missing_bytes: missingBytes } : {}) }, cause: error },
    );
  }
  const problem = refusal?.message ?? 'the host did not finish saving it';
  return new ApiError('snapshot_failed', { sandbox_id: sandboxId, problem }, { details, cause: error });
}

/** True when the host could not do it because the instance does not run (any more). */
export function isNotRunning(error: unknown): boolean {
  const code = readHostError(error)?.code;
  return code === 'instance_not_found' || code === 'instance_not_running' || code === 'instance_paused';
}
