import { type ImplementedRoute, limits } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { type Call, type Handler, Streamed } from './call.ts';

/** `/a/{b}` as Fastify writes it: `/a/:b`. */
export function toFastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Serves a route of the contract: its schemas check what comes in and what goes out. */
export function serveRoute<R extends ImplementedRoute>(
  app: FastifyInstance,
  context: Context,
  route: R,
  handler: Handler<R>,
): void {
  const { params, query, body, response, status } = route;
  app.route({
    method: route.method,
    url: toFastifyPath(route.path),
    bodyLimit: route.largeBody ? context.settings.max_body_bytes : limits.json_body_bytes,
    config: {
      operation: route.id,
      authenticated: route.authenticated ?? true,
      fileToken: route.fileToken ?? false,
    },
    schema: {
      ...(params ? { params } : {}),
      ...(query ? { querystring: query } : {}),
      ...(body ? { body } : {}),
      ...(response ? { response: { [status]: response } } : {}),
    },
    async handler(request, reply) {
      const { tenantId } = request;
      const call = {
        tenantId,
        params: request.params,
        query: request.query,
        body: request.body,
        request,
        reply,
      };
      const answer = await handler(call as Call<R>);
      if (answer instanceof Streamed) return answer.reply;
      return reply.code(status).send(status === 204 ? undefined : answer);
    },
  });
}
