import { type HostError, readHostError } from '@nullspace/host';
import { ApiError, invalidField } from '../api-error.ts';
import { bandwidthUnsupported } from '../network/bandwidth.ts';
import { corruptSnapshot, unknownSnapshot } from '../snapshots/find-snapshot.ts';

/** What was to be started, for the message. */
export interface StartSubject {
  id: string;
  template: string;
  fromSnapshotId: string | null;
}

/** Why a sandbox was not started, as the caller sees it. */
export function toStartFailure(error: unknown, subject: StartSubject): ApiError {
  if (error instanceof ApiError) return error;
  const refusal = readHostError(error);
  if (refusal) return translateStartRefusal(refusal, subject);
  return new ApiError(
    'create_failed',
    { sandbox_id: subject.id, problem: 'the host did not finish starting it' },
    { details: { sandbox_id: subject.id }, cause: error },
  );
}

export function translateStartRefusal(refusal: HostError, subject: StartSubject): ApiError {
  const { field, code, message } = refusal;
  const snapshotId = subject.fromSnapshotId ?? '';
  const details = { sandbox_id: subject.id, ...(field ? { field } : {}) };
  switch (code) {
    case 'capacity_exceeded':
    case 'disk_full':
      return new ApiError('capacity_exceeded', { problem: message }, { details, cause: refusal });
    case 'image_not_found':
      return new ApiError('template_not_found', { template: subject.template }, { details, cause: refusal });
    case 'snapshot_not_found':
      return unknownSnapshot(snapshotId, ' on the host');
    case 'snapshot_corrupt':
      return corruptSnapshot(snapshotId, field);
    case 'incompatible_snapshot':
    case 'rebuild_required':
      return new ApiError(
        code,
        { snapshot_id: snapshotId, differs: field || 'the machine' },
        { details: { snapshot_id: snapshotId, ...(field ? { differs: field } : {}) }, cause: refusal },
      );
    case 'bandwidth_unsupported':
      return bandwidthUnsupported(refusal);
    case 'invalid_request':
      return wrongField(refusal);
    default:
      return new ApiError(
        'create_failed',
        { sandbox_id: subject.id, problem: message },
        { details, cause: refusal },
      );
  }
}

/** Callers know nothing of the host's `spec`: its fields are those of their own request. */
function wrongField(refusal: HostError): ApiError {
  const field = refusal.field.replace(/^spec\./, '');
  const named = `${refusal.field} `;
  const problem = refusal.message.startsWith(named) ? refusal.message.slice(named.length) : refusal.message;
  return invalidField(field === 'env' ? 'envs' : field || 'body', problem, { cause: refusal });
}
