import { buildOpenapi, routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { serveRoute } from './serve-route.ts';

/** Routes about the server itself. */
export function serveGeneral(app: FastifyInstance, context: Context, options: { url: () => string }): void {
  const { version } = context;
  serveRoute(app, context, routes.getHealth, async () => ({ status: 'ok' as const, version }));
  let document: Record<string, unknown> | undefined;
  serveRoute(app, context, routes.getOpenapi, async () => {
    document ??= buildOpenapi({ version, url: options.url() });
    return document;
  });
}
