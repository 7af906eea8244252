import type { ErrorCodeEntry } from './codes.ts';

/** Error codes of pauses, resumes, snapshots and forks. */
export const snapshotCodes = {
  sandbox_paused: {
    code: 'sandbox_not_ready',
    status: 409,
    retryable: false,
    message: 'Sandbox {sandbox_id} is paused{resumed}',
    suggested_action: 'Resume it with POST /v1/sandboxes/{snapshot_id}/resume, or connect to it.',
    description:
      'The sandbox is saved to a snapshot and does not run, or was paused while the call was under way. `details.status` is "paused", `details.snapshot_id` names the snapshot to resume.',
  },
  snapshot_not_found: {
    status: 404,
    retryable: false,
    message: 'Snapshot {snapshot_id} was not found{why}',
    suggested_action: 'List the snapshots of this API key with GET /v1/snapshots.',
    description: 'The snapshot never existed for this tenant or was deleted.',
  },
  snapshot_in_use: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} is still needed by {user}',
    suggested_action: 'Resume or delete what needs it first.',
    description: 'A paused sandbox resumes from the snapshot, so it cannot be deleted by itself.',
  },
  snapshot_corrupt: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} is damaged{file}',
    suggested_action: 'Delete it and use another snapshot.',
    description:
      'A file of the snapshot does not match its digest. Nothing was started. `details.file` names it.',
  },
  incompatible_snapshot: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} cannot run on this host: {differs} differs',
    suggested_action: 'Run it on a host like the one that made it, or use another snapshot.',
    description: 'The host lacks what the snapshot was saved with. `details.differs` names it.',
  },
  rebuild_required: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} was made by another version of the engine: {differs} differs',
    suggested_action: 'Make the snapshot anew with this version.',
    description:
      'The engine was changed after the snapshot was made, and cannot read it. `details.differs` names what differs.',
  },
  snapshot_failed: {
    status: 500,
    retryable: true,
    message: 'Sandbox {sandbox_id} could not be saved: {problem}. It runs on',
    suggested_action: 'Try again. If it happens again, look into the log of the host.',
    description:
      'A pause or a snapshot failed. The sandbox runs on as before and nothing of the snapshot is left.',
  },
  disk_full: {
    status: 507,
    retryable: false,
    message: 'The disk of the host has no room to save sandbox {sandbox_id}{missing}. It runs on',
    suggested_action: 'Delete snapshots or paused sandboxes, or add disk.',
    description:
      'A pause or a snapshot does not fit on the disk. The sandbox runs on. `details.missing_bytes` says how much is missing, as far as known.',
  },
  fork_failed: {
    status: 500,
    retryable: true,
    message: 'Sandbox {sandbox_id} could not be forked: {problem}',
    suggested_action: 'Try again. If it happens again, look into the log of the host.',
    description: 'A copy could not be made or started. The source runs on.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
