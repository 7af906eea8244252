import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { notImplemented } from '../api-error.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';

export function serveSnapshots(app: FastifyInstance, context: Context): void {
  const served = [
    routes.hibernateSandbox,
    routes.resumeSnapshot,
    routes.forkSandbox,
    routes.createSnapshot,
    routes.listSnapshots,
    routes.getSnapshot,
    routes.deleteSnapshot,
  ];
  for (const route of served) {
    serveRoute(app, context, route, async () => {
      throw notImplemented('snapshots');
    });
  }
}
