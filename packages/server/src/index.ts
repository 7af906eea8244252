export { serverFaultPoints } from './fault-points.ts';
export { createLog } from './logging.ts';
export { type RunningServer, startServer } from './start-server.ts';
export { openStore } from './store/open-store.ts';
export type { Store } from './store/store.ts';
