import * as z from 'zod';
import { pathId } from '../ids.ts';
import {
  hostInfo,
  hostRequest,
  portReadiness,
  portText,
  previewList,
  previewsQuery,
  previewUrl,
  proxyTarget,
  proxyTargetRequest,
  readinessRequest,
  revokedPreview,
  signedPreviewRequest,
} from '../schemas/previews.ts';
import { defineRoute } from './route.ts';

const sandbox = '/v1/sandboxes/{sandbox_id}';
const sandboxParams = z.object({ sandbox_id: pathId });
const portParams = sandboxParams.extend({ port: portText });
const errors = ['sandbox_not_found', 'sandbox_not_ready', 'quota_exceeded'] as const;

export const previewRoutes = {
  getPreviewHost: defineRoute({
    id: 'getPreviewHost',
    method: 'POST',
    path: `${sandbox}/host`,
    tag: 'Previews',
    summary: 'Gives a port of a sandbox an address that clients reach.',
    description:
      'The same port has the same address until the sandbox ends. It also leads to the sandbox under the id that a resume gives it.',
    params: sandboxParams,
    body: hostRequest,
    status: 200,
    response: hostInfo,
    errors,
  }),
  getPreviewUrl: defineRoute({
    id: 'getPreviewUrl',
    method: 'GET',
    path: `${sandbox}/ports/{port}/preview-url`,
    tag: 'Previews',
    summary: 'Reads the preview of a port: its grant that is active, or a new one.',
    params: portParams,
    status: 200,
    response: previewUrl,
    errors,
  }),
  signPreviewUrl: defineRoute({
    id: 'signPreviewUrl',
    method: 'POST',
    path: `${sandbox}/ports/{port}/signed-preview-url`,
    tag: 'Previews',
    summary: 'Makes a new preview of a port, with a lifetime.',
    params: portParams,
    body: signedPreviewRequest,
    status: 200,
    response: previewUrl,
    errors,
  }),
  createProxyTarget: defineRoute({
    id: 'createProxyTarget',
    method: 'POST',
    path: `${sandbox}/ports/{port}/preview-proxy-target`,
    tag: 'Previews',
    summary: 'Makes a grant for a reverse proxy that sends its token in a header.',
    params: portParams,
    body: proxyTargetRequest,
    status: 200,
    response: proxyTarget,
    errors,
  }),
  waitForPort: defineRoute({
    id: 'waitForPort',
    method: 'POST',
    path: `${sandbox}/ports/{port}/readiness`,
    tag: 'Previews',
    summary: 'Waits until a port answers.',
    description:
      'A port that does not answer in time is an answer too: `ready` is then false and `code` says why. It comes a second before `timeout_secs` are over.',
    params: portParams,
    body: readinessRequest,
    status: 200,
    response: portReadiness,
    errors: ['sandbox_not_found'],
  }),
  listPreviews: defineRoute({
    id: 'listPreviews',
    method: 'GET',
    path: `${sandbox}/preview-urls`,
    tag: 'Previews',
    summary: 'Lists the preview grants of a sandbox, newest first.',
    params: sandboxParams,
    query: previewsQuery,
    status: 200,
    response: previewList,
    errors: ['sandbox_not_found'],
  }),
  revokePreview: defineRoute({
    id: 'revokePreview',
    method: 'DELETE',
    path: `${sandbox}/preview-urls/{grant_id}`,
    tag: 'Previews',
    summary: 'Revokes a preview grant and cuts the connections that were let in by it.',
    params: sandboxParams.extend({ grant_id: pathId }),
    status: 200,
    response: revokedPreview,
    errors: ['sandbox_not_found', 'preview_grant_not_found'],
  }),
};
