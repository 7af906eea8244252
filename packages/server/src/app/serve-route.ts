import { type ImplementedRoute, limits } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { Context } from '../context.ts';
import { type Call, type Handler, Streamed } from './call.ts';
import { methodsOf } from './find-methods.ts';

/** `/a/{b}` as Fastify writes it: `/a/:b`. */
export function toFastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

// What a route does not know is refused, never passed over: a typing error would look like an answer.
const nothing = z.strictObject({});

/** The schema of a body; undefined: the route reads raw bytes, or none. */
function bodyOf({ body, method, rawBody, multipartBody }: ImplementedRoute): z.ZodType | undefined {
  if (body || rawBody || multipartBody || method === 'GET' || method === 'DELETE') return body;
  return nothing.nullish();
}

/** Serves a route of the contract: its schemas check what comes in and what goes out. */
export function serveRoute<R extends ImplementedRoute>(
  app: FastifyInstance,
  context: Context,
  route: R,
  handler: Handler<R>,
): void {
  const { params, query, response, status } = route;
  const body = bodyOf(route);
  app.route({
    method: methodsOf(route),
    url: toFastifyPath(route.path),
    bodyLimit: route.largeBody ? context.settings.max_body_bytes : limits.json_body_bytes,
    config: {
      operation: route.id,
      authenticated: route.authenticated ?? true,
      fileToken: route.fileToken ?? false,
    },
    schema: {
      ...(params ? { params } : {}),
      // Probes of the server itself may carry what they like.
      ...(query || route.authenticated !== false ? { querystring: query ?? nothing } : {}),
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
