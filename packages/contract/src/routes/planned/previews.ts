import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const previewsPlanned: PlannedRoute[] = [
  ...plannedRoutes('Previews', '/v1/sandboxes/{sandbox_id}', [
    [
      'POST',
      '/host',
      'postSandboxesHost',
      'Map a sandbox port to a public host and signed URLs.',
      'previews of ports',
    ],
    [
      'GET',
      '/ports/{port}/preview-url',
      'getSandboxesPortsPreviewUrl',
      'Current preview grant and signed URLs for a port.',
      'previews of ports',
    ],
    [
      'POST',
      '/ports/{port}/signed-preview-url',
      'postSandboxesPortsSignedPreviewUrl',
      'Mint a new signed preview grant.',
      'previews of ports',
    ],
    [
      'POST',
      '/ports/{port}/preview-proxy-target',
      'postSandboxesPortsPreviewProxyTarget',
      'Mint a header-token grant for a customer-run proxy.',
      'previews of ports',
    ],
    [
      'POST',
      '/ports/{port}/readiness',
      'postSandboxesPortsReadiness',
      'Wait until a port answers.',
      'previews of ports',
    ],
    ['GET', '/preview-urls', 'getSandboxesPreviewUrls', 'List preview grants.', 'previews of ports'],
    [
      'DELETE',
      '/preview-urls/{grant_id}',
      'deleteSandboxesPreviewUrlsByGrantId',
      'Revoke a preview grant.',
      'previews of ports',
    ],
  ]),
  ...plannedRoutes('SSH', '/v1/sandboxes/{sandbox_id}', [
    ['POST', '/ssh-access', 'postSandboxesSshAccess', 'Issue a short-lived SSH certificate.', 'SSH access'],
  ]),
];
