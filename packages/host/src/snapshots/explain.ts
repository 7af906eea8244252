import { SnapshotError } from '@nullspace/runtime';
import { HostError, type HostErrorCode, isDiskFull } from '../errors.ts';
import type { SnapshotRecord } from './record.ts';

/** What the engine said of a snapshot, as a refusal of the host; other errors as they are. */
export function explainSnapshotError(
  error: unknown,
  { snapshot_id, sandbox_id }: Pick<SnapshotRecord, 'snapshot_id' | 'sandbox_id'>,
): unknown {
  if (isDiskFull(error)) {
    const message = `the host's disk is full; sandbox ${sandbox_id} was not saved and runs on`;
    return new HostError('disk_full', message, { cause: error });
  }
  if (!(error instanceof SnapshotError)) return error;
  const { field, missingBytes, message } = error;
  const options = { field, missingBytes, cause: error };
  const code: HostErrorCode = error.code === 'snapshot_missing' ? 'snapshot_not_found' : error.code;
  if (code === 'disk_full') {
    const missing = missingBytes > 0 ? ` (${missingBytes} bytes were missing)` : '';
    return new HostError(
      code,
      `the host's disk is full${missing}; sandbox ${sandbox_id} was not saved and runs on`,
      options,
    );
  }
  if (code === 'snapshot_failed') {
    return new HostError(code, `sandbox ${sandbox_id} could not be saved and runs on: ${message}`, options);
  }
  return new HostError(code, `snapshot ${snapshot_id} cannot be used: ${message}`, options);
}
