import { ApiError } from '../api-error.ts';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Sandbox } from '../store/records.ts';

/** True from the very moment of a deadline that destroys, also while the host is still at it. */
export function isPastDeadline(sandbox: Sandbox, now: number = Date.now()): boolean {
  const { status, deadlineAt, timeoutAction } = sandbox;
  return status === 'running' && timeoutAction === 'destroy' && deadlineAt !== null && deadlineAt <= now;
}

/** True for a sandbox that callers can no longer find. */
export function isGone(sandbox: Sandbox): boolean {
  return sandbox.status === 'destroyed' || isPastDeadline(sandbox);
}

/** The answer for a sandbox that never was, or is another tenant's. */
export function unknownSandbox(sandboxId: string): ApiError {
  const shown = sandboxId.slice(0, 100);
  return new ApiError('sandbox_not_found', { sandbox_id: shown }, { details: { sandbox_id: shown } });
}

/** The answer for a sandbox that has ended: when and why. */
export function endedSandbox(sandbox: Sandbox): ApiError {
  const overdue = isPastDeadline(sandbox);
  const reason = overdue ? 'timeout' : (sandbox.reason ?? 'manual');
  const endedAt = new Date((overdue ? sandbox.deadlineAt : sandbox.endedAt) ?? Date.now()).toISOString();
  return new ApiError(
    'sandbox_not_found',
    { sandbox_id: sandbox.id, ended: `: it ended at ${endedAt} (${reason})` },
    {
      details: {
        sandbox_id: sandbox.id,
        ended_at: endedAt,
        reason,
        ...(sandbox.message ? { message: sandbox.message } : {}),
      },
    },
  );
}

/** The answer to a call that needs a running sandbox, or was under way while its sandbox was paused. */
export function pausedSandbox(sandboxId: string, more: { resumedAs?: string } = {}): ApiError {
  const { resumedAs } = more;
  return new ApiError(
    'sandbox_paused',
    { sandbox_id: sandboxId, resumed: resumedAs ? `; it was resumed as ${resumedAs}` : '' },
    {
      details: {
        sandbox_id: sandboxId,
        status: 'paused',
        ...(resumedAs ? { resumed_as: resumedAs } : { snapshot_id: pauseSnapshotId(sandboxId) }),
      },
    },
  );
}

/** The answer to a call that needs a running sandbox. */
export function notReady(sandbox: Sandbox): ApiError {
  if (sandbox.status === 'paused') return pausedSandbox(sandbox.id);
  const { id, status, reason, message } = sandbox;
  return new ApiError(
    'sandbox_not_ready',
    {
      sandbox_id: id,
      status: status === 'running' ? 'about to change' : status,
      why: reason ? ` (${reason})` : '',
    },
    { details: { sandbox_id: id, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) } },
  );
}
