import { posix } from 'node:path';
import { ConnectError } from '@connectrpc/connect';
import type { ErrorCode, MessageValues } from '@nullspace/contract';
import { guest } from '@nullspace/proto';
import { ApiError, invalidField } from '../api-error.ts';

/** What the call was about, for the message. */
export interface GuestCall {
  sandboxId: string;
  /** Code when the agent cannot be reached or answers wrongly. */
  failure: 'exec_failed' | 'guest_unavailable';
  path?: string;
  /** Further paths that it was about. */
  otherPaths?: string[];
  pid?: number;
  user?: string | undefined;
  /** Working directory that was asked for; empty: that of the sandbox. */
  cwd?: string;
  sessionId?: string;
  /** What a pattern of the call must be. */
  patternSyntax?: string;
  /** Upload that the call publishes. */
  uploadId?: string;
}

/** The agent's refusal as the caller sees it; undefined when the call failed otherwise. */
export function readGuestRefusal(error: unknown, call: GuestCall): ApiError | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const [detail] = error.findDetails(guest.ErrorDetailSchema);
  if (!detail) return undefined;
  const about = call.otherPaths ? { ...call, path: choosePath(call, detail.path) } : call;
  return refuseUpload(detail.code, about) ?? describeRefusal(detail.code, about, detail.reason);
}

/** Which of the paths of a call the agent means. What it says is a guest's word, and chooses among them alone. */
function choosePath({ path = '', otherPaths = [] }: GuestCall, told: string): string {
  const isTold = (asked: string) =>
    told === posix.normalize(asked) || told.endsWith(`/${posix.normalize(asked)}`);
  return [path, ...otherPaths].find(isTold) ?? path;
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

/** What the agent's reasons mean. A guest can send others, which say nothing. */
const pathProblems = new Map([
  ['reserved', 'lies in /workspace/.nullspace, which belongs to the platform'],
  ['too_long', 'is too long: a name may have 255 bytes and a path 4095'],
  ['too_many_links', 'leads through too many symbolic links, or in a circle'],
  [
    'no_content',
    'is a device, a pipe, a socket or a file of the kernel, which cannot be read or written here',
  ],
  ['root', 'is the root directory, which cannot be changed'],
  ['below_itself', 'lies below the directory that would be moved there'],
]);

/** A refusal by its code; undefined for a code that is unknown. */
export function describeRefusal(code: string, call: GuestCall, reason = ''): ApiError | undefined {
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
      return new ApiError('sandbox_disk_full', values, { details });
    case 'target_exists':
      return new ApiError('file_conflict', values, { details });
    case 'too_many_entries':
      return new ApiError('too_many_entries', values, { details });
    case 'watch_limit':
      return new ApiError('watch_limit', values, { details });
    case 'invalid_pattern':
      return invalidField('pattern', call.patternSyntax ?? 'is not a pattern that can be searched for');
    case 'not_a_terminal':
      return new ApiError('pty_not_found', { sandbox_id, session_id: call.sessionId ?? pid }, { details });
    case 'not_a_directory':
      return invalidField(
        'path',
        reason === 'below_file' ? `a part of ${path} is no directory` : `${path} is not a directory`,
      );
    case 'is_a_directory':
      return invalidField('path', `${path} is a directory`);
    case 'not_text':
      return invalidField('path', `${path} is not UTF-8 text; read it with encoding "base64" or GET …/file`);
    case 'invalid_path':
      return invalidField('path', `${path} ${pathProblems.get(reason) ?? 'is no path for this operation'}`);
    case 'unknown_user':
      return invalidField('user', `sandbox ${sandbox_id} has no account ${call.user ?? ''}`);
    case 'working_directory_missing':
      return invalidField(
        'cwd',
        `the working directory ${call.cwd ? `${call.cwd} ` : ''}is missing or no directory in sandbox ${sandbox_id}`,
      );
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
    case 'stdin_full':
      return new ApiError(
        'exec_failed',
        {
          sandbox_id,
          problem: `process ${pid} does not read its input, and what was sent last is not all written`,
        },
        { details: { sandbox_id, pid, reason: 'stdin_full' } },
      );
    default:
      return undefined;
  }
}

/** Refusals that say more when what is refused is an upload. */
function refuseUpload(
  code: string,
  { uploadId: upload_id, sandboxId: sandbox_id, path = '' }: GuestCall,
): ApiError | undefined {
  if (upload_id === undefined) return undefined;
  const refuse = (row: ErrorCode, values: MessageValues = {}) =>
    new ApiError(row, { upload_id, ...values }, { details: { sandbox_id, upload_id, path } });
  switch (code) {
    case 'target_exists':
    case 'file_exists':
      return refuse('upload_target_conflict', { path, sandbox_id });
    case 'archive_invalid_path':
      return refuse('upload_archive_path');
    case 'archive_invalid_link':
      return refuse('upload_archive_link');
    case 'archive_unsupported_entry':
      return refuse('upload_archive_entry', {
        problem: 'holds an entry that is no directory, file or symbolic link',
      });
    case 'archive_invalid':
      return refuse('upload_archive_entry', { problem: 'is no whole tar archive' });
    case 'archive_too_large':
      return refuse('upload_archive_entry', { problem: 'unpacks to more than is accepted' });
    default:
      return undefined;
  }
}
