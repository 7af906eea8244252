import * as z from 'zod';
import { pathId } from '../ids.ts';
import { projected } from '../schemas/list-sandboxes.ts';
import { sandboxInfo } from '../schemas/sandbox-info.ts';
import {
  createSnapshotRequest,
  forkRequest,
  forkResults,
  getSnapshotQuery,
  listSnapshotsQuery,
  snapshotInfo,
  snapshotList,
} from '../schemas/snapshots.ts';
import { defineRoute } from './route.ts';
import { sandboxParams } from './sandboxes.ts';

const snapshotParams = z.object({ snapshot_id: pathId });
const headers = { 'Idempotency-Key': 'Makes the request safe to repeat; 1 to 255 visible ASCII characters.' };
const idempotencyErrors = [
  'idempotency_conflict',
  'transition_in_progress',
  'transition_recovery_required',
] as const;
const saveErrors = [
  'sandbox_not_found',
  'sandbox_not_ready',
  'snapshot_failed',
  'disk_full',
  'quota_exceeded',
  'host_unavailable',
] as const;
const startErrors = [
  'snapshot_corrupt',
  'incompatible_snapshot',
  'rebuild_required',
  'quota_exceeded',
  'capacity_exceeded',
  'host_unavailable',
] as const;

export const snapshotRoutes = {
  hibernateSandbox: defineRoute({
    id: 'hibernateSandbox',
    method: 'POST',
    path: '/v1/sandboxes/{sandbox_id}/hibernate',
    tag: 'Snapshots',
    summary: 'Pauses a sandbox: saves memory, processes and disk, and frees the machine.',
    description:
      'The sandbox then reads as `paused` with the snapshot as its `snapshot_id`. Repeated on a paused sandbox it answers with the snapshot of its pause. When it fails, the sandbox runs on.',
    params: sandboxParams,
    status: 200,
    response: snapshotInfo,
    errors: saveErrors,
  }),
  resumeSnapshot: defineRoute({
    id: 'resumeSnapshot',
    method: 'POST',
    path: '/v1/sandboxes/{snapshot_id}/resume',
    tag: 'Snapshots',
    summary: 'Starts a sandbox from a snapshot and answers when it takes commands.',
    description:
      'The snapshot of a pause is resumed once, under a new id: whoever asks again gets the sandbox that runs from it, and the old id leads to it. Any other snapshot starts another sandbox each time.',
    params: snapshotParams,
    status: 200,
    response: sandboxInfo,
    errors: ['snapshot_not_found', 'sandbox_not_found', 'create_failed', ...startErrors],
  }),
  forkSandbox: defineRoute({
    id: 'forkSandbox',
    method: 'POST',
    path: '/v1/sandboxes/{sandbox_id}/fork',
    tag: 'Snapshots',
    summary: 'Makes running copies of a running sandbox, memory and disk; the source goes on.',
    description:
      'Without `count` it answers with the one child. With `count` it answers `{"items": [...]}`, a sandbox or an error a child; when no child came up it answers with the error of the first.',
    headers,
    params: sandboxParams,
    body: forkRequest,
    status: 201,
    response: z.union([forkResults, sandboxInfo]),
    errors: [
      'sandbox_not_found',
      'sandbox_not_ready',
      'sandbox_paused',
      'fork_failed',
      'disk_full',
      ...startErrors,
      ...idempotencyErrors,
    ],
  }),
  createSnapshot: defineRoute({
    id: 'createSnapshot',
    method: 'POST',
    path: '/v1/sandboxes/{sandbox_id}/snapshots',
    tag: 'Snapshots',
    summary: 'Saves a sandbox, which goes on running with its connections.',
    headers,
    params: sandboxParams,
    body: createSnapshotRequest,
    status: 201,
    response: snapshotInfo,
    errors: [...saveErrors, 'sandbox_paused', ...idempotencyErrors],
  }),
  listSnapshots: defineRoute({
    id: 'listSnapshots',
    method: 'GET',
    path: '/v1/snapshots',
    tag: 'Snapshots',
    summary: 'Lists snapshots, newest first; those of pauses too.',
    query: listSnapshotsQuery,
    status: 200,
    response: snapshotList,
    errors: ['invalid_fields'],
  }),
  getSnapshot: defineRoute({
    id: 'getSnapshot',
    method: 'GET',
    path: '/v1/snapshots/{snapshot_id}',
    tag: 'Snapshots',
    summary: 'Reads one snapshot.',
    params: snapshotParams,
    query: getSnapshotQuery,
    status: 200,
    response: z.union([snapshotInfo, projected]),
    errors: ['snapshot_not_found', 'invalid_fields'],
  }),
  deleteSnapshot: defineRoute({
    id: 'deleteSnapshot',
    method: 'DELETE',
    path: '/v1/snapshots/{snapshot_id}',
    tag: 'Snapshots',
    summary: 'Deletes a snapshot and frees its disk. Sandboxes made from it go on.',
    params: snapshotParams,
    status: 204,
    errors: ['snapshot_not_found', 'snapshot_in_use', 'host_unavailable'],
  }),
};
