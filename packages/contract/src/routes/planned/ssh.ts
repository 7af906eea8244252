import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const sshPlanned: PlannedRoute[] = plannedRoutes('SSH', '/v1/sandboxes/{sandbox_id}', [
  ['POST', '/ssh-access', 'postSandboxesSshAccess', 'Issue a short-lived SSH certificate.', 'SSH access'],
]);
