import { host } from '@nullspace/proto';
import { HostError } from '../errors.ts';
import type { InstanceRecord } from '../instance/record.ts';

/** What happens at a deadline. */
export type DeadlineAction = InstanceRecord['deadline_action'];

/**
 * The action that a request names; undefined when it names none.
 *
 * @throws {HostError} `invalid_request`
 */
export function readDeadlineAction(action: host.DeadlineAction): DeadlineAction | undefined {
  if (action === host.DeadlineAction.UNSPECIFIED) return undefined;
  if (action === host.DeadlineAction.DESTROY) return 'destroy';
  if (action === host.DeadlineAction.PAUSE) return 'pause';
  const field = 'deadline_action';
  throw new HostError('invalid_request', `${field} is ${action}; it must be 1 (destroy) or 2 (pause)`, {
    field,
  });
}

/** @throws {HostError} `invalid_request` for an instance that was made without the id of a pause snapshot. */
export function requirePausable({ sandbox_id, pause_snapshot_id }: InstanceRecord): void {
  if (pause_snapshot_id) return;
  throw new HostError(
    'invalid_request',
    `sandbox ${sandbox_id} was created without pause_snapshot_id and so cannot be paused`,
    { field: 'pause_snapshot_id' },
  );
}
