import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const snapshotsPlanned: PlannedRoute[] = [
  ...plannedRoutes('Snapshots', '/v1', [
    [
      'POST',
      '/sandboxes/{sandbox_id}/hibernate',
      'postSandboxesHibernate',
      'Pause: save memory and disk to a snapshot, stop the sandbox.',
      'pausing and resuming sandboxes',
    ],
    [
      'POST',
      '/sandboxes/{snapshot_id}/resume',
      'postSandboxesResume',
      'Start a sandbox from a snapshot id.',
      'pausing and resuming sandboxes',
    ],
    ['POST', '/sandboxes/{sandbox_id}/fork', 'postSandboxesFork', 'Clone a running sandbox.', 'forks'],
    [
      'POST',
      '/sandboxes/{sandbox_id}/snapshots',
      'postSandboxesSnapshots',
      'Take a snapshot, leave the sandbox running.',
      'snapshots',
    ],
    ['GET', '/snapshots', 'getSnapshots', 'List snapshots.', 'snapshots'],
    ['GET', '/snapshots/{snapshot_id}', 'getSnapshotsBySnapshotId', 'Read one snapshot.', 'snapshots'],
    ['DELETE', '/snapshots/{snapshot_id}', 'deleteSnapshotsBySnapshotId', 'Delete a snapshot.', 'snapshots'],
  ]),
];
