import { Code, ConnectError } from '@connectrpc/connect';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

const refusals = [Code.InvalidArgument, Code.FailedPrecondition, Code.NotFound, Code.PermissionDenied];

/** Whether an agent answered that what it was asked for cannot be. Another one would say the same. */
export function isRefusal(error: unknown): error is ConnectError {
  return error instanceof ConnectError && refusals.includes(error.code);
}

/** Whether that is because the working directory cannot be made, for example below a file: the caller's mistake. */
export function isFolderRefused(error: unknown, cwd: string): boolean {
  return cwd !== '' && isRefusal(error) && error.rawMessage.startsWith(`${cwd}:`);
}

/** Records that a start failed by its working directory. False: by something else. */
export function refuseFolder(instance: TrackedInstance, error: unknown): boolean {
  if (!isFolderRefused(error, instance.record.spec.cwd)) return false;
  const refusal = { code: 'invalid_request' as const, field: 'spec.cwd' };
  instance.record = { ...instance.record, refusal };
  return true;
}
