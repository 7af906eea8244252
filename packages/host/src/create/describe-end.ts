import { HostError, isDiskFull } from '../errors.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/** What a create of this instance answers, once it has ended. */
export function describeEnd(instance: TrackedInstance, cause?: unknown): HostError {
  const { state, sandbox_id, message, refusal } = instance.record;
  if (state === 'destroyed') {
    return new HostError('instance_not_running', `sandbox ${sandbox_id} was ended while it was created`, {
      cause,
    });
  }
  if (isDiskFull(cause)) {
    return new HostError('disk_full', `the host's disk is full; sandbox ${sandbox_id} was not created`, {
      cause,
    });
  }
  const { code, field } = refusal ?? { code: 'start_failed' as const, field: '' };
  return new HostError(code, `sandbox ${sandbox_id} did not start: ${message}`, { field, cause });
}
