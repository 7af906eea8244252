import { fileRoutes } from './files.ts';
import { lifecycleRoutes } from './lifecycle.ts';
import { agentsPlanned } from './planned/agents.ts';
import { codePlanned } from './planned/code.ts';
import { desktopPlanned } from './planned/desktop.ts';
import { monitorPlanned } from './planned/monitor.ts';
import { volumesPlanned } from './planned/volumes.ts';
import { previewRoutes } from './previews.ts';
import { processRoutes } from './processes.ts';
import type { ImplementedRoute, PlannedRoute, Route } from './route.ts';
import { sandboxRoutes } from './sandboxes.ts';
import { serverRoutes } from './server.ts';
import { snapshotRoutes } from './snapshots.ts';
import { sshRoutes } from './ssh.ts';
import { templateBuildRoutes } from './template-builds.ts';
import { templateRoutes } from './templates.ts';
import { terminalRoutes } from './terminals.ts';
import { uploadRoutes } from './uploads.ts';
import { warmPoolRoutes } from './warm-pools.ts';
import { webhookRoutes } from './webhooks.ts';

/** Routes that the server serves, by operation. */
export const routes = {
  ...serverRoutes,
  ...sandboxRoutes,
  ...snapshotRoutes,
  ...processRoutes,
  ...terminalRoutes,
  ...fileRoutes,
  ...uploadRoutes,
  ...templateRoutes,
  ...templateBuildRoutes,
  ...warmPoolRoutes,
  ...lifecycleRoutes,
  ...webhookRoutes,
  ...previewRoutes,
  ...sshRoutes,
};

/** Routes of features that this version does not have. */
export const planned: readonly PlannedRoute[] = [
  ...volumesPlanned,
  ...codePlanned,
  ...desktopPlanned,
  ...monitorPlanned,
  ...agentsPlanned,
];

export const allRoutes: readonly Route[] = [...(Object.values(routes) as ImplementedRoute[]), ...planned];
