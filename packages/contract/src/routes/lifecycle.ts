import * as z from 'zod';
import { pathId } from '../ids.ts';
import { accountLifecycleQuery, lifecyclePage, lifecycleQuery } from '../schemas/lifecycle.ts';
import { defineRoute } from './route.ts';
import { sandboxParams } from './sandboxes.ts';

const streamDescription =
  'The client sends one frame, `subscribe`. The server answers with `subscribed` and then sends each event once, in order and without gaps. A client that comes back with the last id it saw as `after_event_id` misses nothing.';

export const lifecycleRoutes = {
  listEvents: defineRoute({
    id: 'listEvents',
    method: 'GET',
    path: '/v1/lifecycle/events',
    tag: 'Lifecycle',
    summary: 'Lists the lifecycle events of the account, newest first.',
    query: accountLifecycleQuery,
    status: 200,
    response: lifecyclePage,
    errors: [],
  }),
  listSandboxEvents: defineRoute({
    id: 'listSandboxEvents',
    method: 'GET',
    path: '/v1/sandboxes/{sandbox_id}/lifecycle',
    tag: 'Lifecycle',
    summary: 'Lists the events of a sandbox, also after it has ended.',
    description: 'Among them are resumes and forks that it came from or led to.',
    params: sandboxParams,
    query: lifecycleQuery,
    status: 200,
    response: lifecyclePage,
    errors: ['sandbox_not_found'],
  }),
  listSnapshotEvents: defineRoute({
    id: 'listSnapshotEvents',
    method: 'GET',
    path: '/v1/snapshots/{snapshot_id}/lifecycle',
    tag: 'Lifecycle',
    summary: 'Lists the events of a snapshot, also after it was deleted.',
    params: z.object({ snapshot_id: pathId }),
    query: lifecycleQuery,
    status: 200,
    response: lifecyclePage,
    errors: ['snapshot_not_found'],
  }),
  streamEvents: defineRoute({
    id: 'streamEvents',
    method: 'GET',
    path: '/v1/lifecycle/ws',
    channel: '',
    tag: 'Lifecycle',
    summary: 'WebSocket: lifecycle events of the account as they happen.',
    description: streamDescription,
    status: 101,
    errors: [],
  }),
  streamSandboxEvents: defineRoute({
    id: 'streamSandboxEvents',
    method: 'GET',
    path: '/v1/sandboxes/{sandbox_id}/lifecycle/ws',
    channel: '',
    tag: 'Lifecycle',
    summary: 'WebSocket: lifecycle events of one sandbox as they happen.',
    description: streamDescription,
    params: sandboxParams,
    status: 101,
    errors: [],
  }),
};
