import { planned } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { notImplemented } from '../api-error.ts';
import { toFastifyPath } from './serve-route.ts';

/** Answers the routes of features that this version does not have, before their bodies are read. */
export function servePlanned(app: FastifyInstance): void {
  for (const { id, method, path, feature, channel } of planned) {
    // Channels of a path that is served are told apart by its own handler.
    if (channel !== undefined && app.hasRoute({ method, url: toFastifyPath(path) })) continue;
    app.route({
      method,
      url: toFastifyPath(path),
      config: { operation: id },
      async onRequest() {
        throw notImplemented(feature);
      },
      async handler() {},
    });
  }
}
