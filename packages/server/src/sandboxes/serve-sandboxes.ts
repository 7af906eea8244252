import { limits, routes, sandboxFields } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { invalidField } from '../api-error.ts';
import { type Call, Streamed } from '../app/call.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { type ClaimRecovery, createdResponse } from '../idempotency/claim-recovery.ts';
import { runOnce } from '../idempotency/run-once.ts';
import { checkCreate } from './check-create.ts';
import { createSandbox } from './create-sandbox.ts';
import { destroySandbox } from './destroy-sandbox.ts';
import { listSandboxes } from './list-sandboxes.ts';
import { presentSandbox } from './present-sandbox.ts';
import { project, readFields } from './project-fields.ts';
import { readMetrics } from './read-metrics.ts';
import { setSandboxTimeout } from './set-timeout.ts';

/** Address of the sandbox that a request names. */
export function addressOf(call: { tenantId: string; params: { sandbox_id: string } }) {
  return { tenantId: call.tenantId, sandboxId: call.params.sandbox_id };
}

export function serveSandboxes(app: FastifyInstance, context: Context, recovery: ClaimRecovery): void {
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
  serveRoute(app, context, routes.getSandboxMetrics, (call) => readMetrics(context, addressOf(call)));
}

async function create(
  context: Context,
  recovery: ClaimRecovery,
  { tenantId, body, request, reply }: Call<typeof routes.createSandbox>,
): Promise<Streamed> {
  const key = readIdempotencyKey(request.headers['idempotency-key']);
  // What can never succeed takes no key.
  checkCreate(body, context.settings);
  const onId = (id: string) => {
    request.sandboxId = id;
  };
  const run = async (claim?: Parameters<typeof createSandbox>[1]['claim']) => {
    try {
      return createdResponse(await createSandbox(context, { tenantId, body, claim, onId }));
    } catch (error) {
      context.metrics.countFailedCreate();
      throw error;
    }
  };
  const scope = { tenantId, method: 'POST', path: routes.createSandbox.path };
  const { response, replayed } =
    key === undefined
      ? { response: await run(), replayed: false }
      : await runOnce(context, recovery, { ...scope, key, body }, run);
  if (replayed) reply.header('idempotent-replayed', 'true');
  return new Streamed(
    reply.code(response.statusCode).headers(response.headers).serializer(String).send(response.body),
  );
}

function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (
    typeof header === 'string' &&
    /^[\x21-\x7e]+$/.test(header) &&
    header.length <= limits.idempotency_key_chars
  ) {
    return header;
  }
  throw invalidField(
    'Idempotency-Key',
    `must be 1 to ${limits.idempotency_key_chars} visible ASCII characters`,
  );
}
