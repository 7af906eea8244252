import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';

/** Status in log and metrics of a request whose client went before its answer. */
const CLIENT_WENT = 499;

/** Writes one line a request, without headers, query and bodies: those carry secrets. */
export function logRequests(app: FastifyInstance, { log, metrics }: Pick<Context, 'log' | 'metrics'>): void {
  // Its fields are known, ids and numbers, none with the name of a secret: to look for such names costs more than the rest.
  const lines = log.child({}, { redact: [] });
  const logged = new WeakSet<FastifyRequest>();
  const logOnce = (request: FastifyRequest, reply: FastifyReply, status: number) => {
    if (logged.has(request)) return;
    logged.add(request);
    metrics.observeRequest(nameOf(request), status, reply.elapsedTime);
    if (request.errorCode) metrics.countFailure(request.errorCode);
    lines.info(describe(request, reply, status), 'request');
  };
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      logOnce(request, reply, reply.raw.writableFinished ? reply.statusCode : CLIENT_WENT);
    });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logOnce(request, reply, reply.statusCode);
    done();
  });
}

function nameOf(request: FastifyRequest): string {
  return request.routeOptions.config.operation ?? 'none';
}

function describe(request: FastifyRequest, reply: FastifyReply, status: number): Record<string, unknown> {
  const params = request.params as { sandbox_id?: string } | undefined;
  const sandboxId = request.sandboxId || params?.sandbox_id;
  return {
    request_id: request.id,
    operation: nameOf(request),
    method: request.method,
    status,
    ms: Math.round(reply.elapsedTime * 1000) / 1000,
    ...(request.tenantId ? { tenant_id: request.tenantId } : {}),
    ...(sandboxId ? { sandbox_id: sandboxId.slice(0, 64) } : {}),
    ...(request.errorCode ? { code: request.errorCode } : {}),
  };
}
