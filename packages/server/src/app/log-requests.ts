import type { FastifyInstance } from 'fastify';
import type { ServerMetrics } from '../metrics/server-metrics.ts';

/** Writes one line a request, without headers, query and bodies: those carry secrets. */
export function logRequests(app: FastifyInstance, metrics: ServerMetrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.config.operation ?? 'none';
    const ms = Math.round(reply.elapsedTime * 1000) / 1000;
    const params = request.params as { sandbox_id?: string } | undefined;
    const sandboxId = request.sandboxId || params?.sandbox_id;
    metrics.observeRequest(operation, reply.statusCode, reply.elapsedTime);
    if (request.errorCode) metrics.countFailure(request.errorCode);
    request.log.info(
      {
        operation,
        method: request.method,
        status: reply.statusCode,
        ms,
        ...(request.tenantId ? { tenant_id: request.tenantId } : {}),
        ...(sandboxId ? { sandbox_id: sandboxId.slice(0, 64) } : {}),
        ...(request.errorCode ? { code: request.errorCode } : {}),
      },
      'request',
    );
    done();
  });
}
