import { limits, routes, sandboxFields } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import type { Call, Streamed } from '../app/call.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import type { ClaimRecovery } from '../idempotency/claim-recovery.ts';
import { createdSandbox } from '../idempotency/stored-responses.ts';
import { listDenied } from '../network/list-denied.ts';
import { setNetwork } from '../network/set-network.ts';
import type { Previews } from '../preview/previews.ts';
import { addressOf } from './address-of.ts';
import { checkCreate } from './check-create.ts';
import { createSandbox } from './create-sandbox.ts';
import { destroySandbox } from './destroy-sandbox.ts';
import { listSandboxes } from './list-sandboxes.ts';
import { presentSandbox } from './present-sandbox.ts';
import { project, readFields } from './project-fields.ts';
import { readMetrics } from './read-metrics.ts';
import { setSandboxTimeout } from './set-timeout.ts';

export function serveSandboxes(
  app: FastifyInstance,
  context: Context,
  { recovery, previews }: { recovery: ClaimRecovery; previews: Previews },
): void {
  serveRoute(app, context, routes.createSandbox, (call) => create(context, recovery, call));
  serveRoute(app, context, routes.listSandboxes, ({ tenantId, query }) =>
    listSandboxes(context, tenantId, { ...query, limit: query.limit ?? limits.list_limit_default }),
  );
  serveRoute(app, context, routes.getSandbox, async (call) => {
    const fields = readFields(call.query.fields, sandboxFields);
    const info = presentSandbox(await context.finder.read(addressOf(call)));
    return fields ? project(info, fields) : info;
  });
  serveRoute(app, context, routes.deleteSandbox, (call) => destroySandbox(context, addressOf(call)));
  serveRoute(app, context, routes.setSandboxTimeout, async (call) =>
    presentSandbox(await setSandboxTimeout(context, addressOf(call), call.body)),
  );
  serveRoute(app, context, routes.setSandboxNetwork, async (call) => {
    const sandbox = await setNetwork(context, addressOf(call), call.body);
    previews.gateway.applyPolicy(sandbox);
    return presentSandbox(sandbox);
  });
  serveRoute(app, context, routes.listDeniedConnections, (call) => listDenied(context, addressOf(call)));
  serveRoute(app, context, routes.getSandboxMetrics, (call) => readMetrics(context, addressOf(call)));
}

async function create(
  context: Context,
  recovery: ClaimRecovery,
  call: Call<typeof routes.createSandbox>,
): Promise<Streamed> {
  const { tenantId, body, request, reply } = call;
  // What can never succeed takes no key.
  checkCreate(body, context.settings);
  const onId = (id: string) => {
    request.sandboxId = id;
  };
  return answerOnce(context, recovery, call, async (claim) => {
    try {
      const askedAt = performance.now() - reply.elapsedTime;
      return createdSandbox(await createSandbox(context, { tenantId, body, askedAt, claim, onId }));
    } catch (error) {
      context.metrics.countFailedCreate();
      throw error;
    }
  });
}
