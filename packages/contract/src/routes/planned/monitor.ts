import { type PlannedRoute, plannedRoutes } from '../route.ts';

export const monitorPlanned: PlannedRoute[] = [
  ...plannedRoutes('Monitor', '/v1/monitor', [
    ['GET', '/ws', 'streamMonitorWs', 'Stream fleet state, metrics and processes.', 'the fleet monitor', ''],
  ]),
];
