import * as z from 'zod';
import { pathId } from '../ids.ts';
import { createSandboxRequest, setTimeoutRequest } from '../schemas/create-sandbox.ts';
import { deniedConnections } from '../schemas/denied-connections.ts';
import {
  getSandboxQuery,
  listSandboxesQuery,
  projected,
  projectedPage,
  sandboxPage,
} from '../schemas/list-sandboxes.ts';
import { metricsSamples } from '../schemas/metrics.ts';
import { setNetworkRequest } from '../schemas/network-policy.ts';
import { sandboxInfo } from '../schemas/sandbox-info.ts';
import { defineRoute } from './route.ts';

export const sandboxParams = z.object({ sandbox_id: pathId });
const path = '/v1/sandboxes/{sandbox_id}';

export const sandboxRoutes = {
  createSandbox: defineRoute({
    id: 'createSandbox',
    method: 'POST',
    path: '/v1/sandboxes',
    tag: 'Sandboxes',
    summary: 'Creates a sandbox and answers when it takes commands.',
    description:
      'With an `Idempotency-Key` a repeated request answers as the first one did, for 24 hours, also after a restart of the server.',
    headers: { 'Idempotency-Key': 'Makes the request safe to repeat; 1 to 255 visible ASCII characters.' },
    body: createSandboxRequest,
    status: 201,
    response: sandboxInfo,
    errors: [
      'template_not_found',
      'snapshot_not_found',
      'snapshot_corrupt',
      'incompatible_snapshot',
      'rebuild_required',
      'quota_exceeded',
      'capacity_exceeded',
      'create_failed',
      'idempotency_conflict',
      'transition_in_progress',
      'transition_recovery_required',
      'host_unavailable',
      'not_implemented',
    ],
  }),
  listSandboxes: defineRoute({
    id: 'listSandboxes',
    method: 'GET',
    path: '/v1/sandboxes',
    tag: 'Sandboxes',
    summary: 'Lists sandboxes, newest first.',
    query: listSandboxesQuery,
    status: 200,
    response: z.union([sandboxPage, projectedPage]),
    errors: ['invalid_fields'],
  }),
  getSandbox: defineRoute({
    id: 'getSandbox',
    method: 'GET',
    path,
    tag: 'Sandboxes',
    summary: 'Reads one sandbox. Never wakes it.',
    params: sandboxParams,
    query: getSandboxQuery,
    status: 200,
    response: z.union([sandboxInfo, projected]),
    errors: ['sandbox_not_found', 'invalid_fields'],
  }),
  deleteSandbox: defineRoute({
    id: 'deleteSandbox',
    method: 'DELETE',
    path,
    tag: 'Sandboxes',
    summary: 'Destroys a sandbox with all that runs in it; a paused one with the snapshot of its pause.',
    params: sandboxParams,
    status: 204,
    errors: ['sandbox_not_found', 'host_unavailable'],
  }),
  setSandboxTimeout: defineRoute({
    id: 'setSandboxTimeout',
    method: 'POST',
    path: `${path}/timeout`,
    tag: 'Sandboxes',
    summary: 'Replaces the deadline; it is counted from now.',
    params: sandboxParams,
    body: setTimeoutRequest,
    status: 200,
    response: sandboxInfo,
    errors: [
      'sandbox_not_found',
      'sandbox_not_ready',
      'sandbox_paused',
      'quota_exceeded',
      'host_unavailable',
    ],
  }),
  setSandboxNetwork: defineRoute({
    id: 'setSandboxNetwork',
    method: 'PATCH',
    path: `${path}/network`,
    tag: 'Sandboxes',
    summary: 'Changes what a running sandbox may reach.',
    description:
      'In force as a whole when it answers. Connections that the new policy does not allow are cut.',
    params: sandboxParams,
    body: setNetworkRequest,
    status: 200,
    response: sandboxInfo,
    errors: ['sandbox_not_found', 'sandbox_not_ready', 'sandbox_paused', 'host_unavailable'],
  }),
  listDeniedConnections: defineRoute({
    id: 'listDeniedConnections',
    method: 'GET',
    path: `${path}/network/denied`,
    tag: 'Sandboxes',
    summary: 'What a running sandbox wanted to reach and was not let.',
    description:
      'Kept since the sandbox was created, resumed or forked, and forgotten when the host starts again. Of more than 20 packets a second, and 100 at once, the further ones are dropped without being counted.',
    params: sandboxParams,
    status: 200,
    response: deniedConnections,
    errors: ['sandbox_not_found', 'sandbox_not_ready', 'sandbox_paused', 'host_unavailable'],
  }),
  getSandboxMetrics: defineRoute({
    id: 'getSandboxMetrics',
    method: 'GET',
    path: `${path}/metrics`,
    tag: 'Sandboxes',
    summary: 'What the sandbox uses right now: one sample.',
    params: sandboxParams,
    status: 200,
    response: metricsSamples,
    errors: ['sandbox_not_found', 'sandbox_not_ready', 'sandbox_paused', 'guest_unavailable'],
  }),
};
