import { ConnectError } from '@connectrpc/connect';
import { guest } from '@nullspace/proto';
import { ApiError, invalidField } from '../api-error.ts';

/** What the call was about, for the message. */
export interface GuestCall {
  sandboxId: string;
  /** Code when the agent cannot be reached or answers wrongly. */
  failure: 'exec_failed' | 'guest_unavailable';
  path?: string;
  pid?: number;
  user?: string | undefined;
}

/** The agent's refusal as the caller sees it; undefined when the call failed otherwise. */
export function readGuestRefusal(error: unknown, call: GuestCall): ApiError | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const [detail] = error.findDetails(guest.ErrorDetailSchema);
  return detail && refusal(detail.code, call);
}

/** Thrown by the reader of a stream that the agent has ended for a pause. */
export class FrozenError extends Error {}

/** True when the agent took a call no more, or ended it, because its sandbox is about to be paused. */
export function isPausing(error: unknown): boolean {
  if (error instanceof FrozenError) return true;
  if (!(error instanceof ConnectError)) return false;
  const [detail] = error.findDetails(guest.ErrorDetailSchema);
  return detail?.code === 'sandbox_paused';
}

function refusal(code: string, call: GuestCall): ApiError | undefined {
  const { sandboxId: sandbox_id, path = '', pid = 0 } = call;
  const values = { sandbox_id, path };
  const details = path ? { sandbox_id, path } : { sandbox_id };
  switch (code) {
    case 'restoring':
      return new ApiError('sandbox_not_ready', { sandbox_id, status: 'creating' }, { details });
    case 'file_not_found':
      return new ApiError('file_not_found', values, { details });
    case 'file_exists':
      return new ApiError('file_conflict', values, { details });
    case 'permission_denied':
      return new ApiError('permission_denied', values, { details });
    case 'disk_full':
      return new ApiError(
        'quota_exceeded',
        { problem: `The disk of sandbox ${sandbox_id} is full` },
        { details },
      );
    case 'not_a_directory':
      return invalidField('path', `${path} is not a directory`);
    case 'is_a_directory':
      return invalidField('path', `${path} is a directory`);
    case 'not_text':
      return invalidField('path', `${path} is not UTF-8 text; read it with encoding "base64" or GET …/file`);
    case 'invalid_path':
      return invalidField('path', `${path} is not a usable path`);
    case 'unknown_user':
      return invalidField('user', `sandbox ${sandbox_id} has no account ${call.user ?? ''}`);
    case 'working_directory_missing':
      return invalidField('cwd', `the working directory does not exist in sandbox ${sandbox_id}`);
    case 'process_not_found':
      return new ApiError('process_not_found', { sandbox_id, pid }, { details: { sandbox_id, pid } });
    case 'process_limit':
      return new ApiError(
        'exec_failed',
        { sandbox_id, problem: 'it has as many processes as it may have' },
        { details: { sandbox_id, reason: 'process_limit' } },
      );
    case 'stdin_closed':
      return new ApiError(
        'conflict',
        { problem: `The stdin of process ${pid} in sandbox ${sandbox_id} is closed` },
        { details: { sandbox_id, pid } },
      );
    default:
      return undefined;
  }
}
