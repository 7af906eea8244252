import { limits, routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { Call } from '../app/call.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { checkWebhookUrl } from './check-url.ts';
import { findWebhook, unknownWebhook } from './find-webhook.ts';
import { presentDelivery, presentDetail, presentWebhook } from './present-webhook.ts';

const addressOf = (call: { tenantId: string; params: { webhook_id: string } }) => ({
  tenantId: call.tenantId,
  id: call.params.webhook_id,
});

export function serveWebhooks(app: FastifyInstance, context: Context): void {
  const { store } = context;
  serveRoute(app, context, routes.createWebhook, (call) => create(context, call));
  serveRoute(app, context, routes.listWebhooks, async ({ tenantId }) =>
    (await store.listWebhooks(tenantId)).map(presentWebhook),
  );
  serveRoute(app, context, routes.getWebhook, async (call) =>
    presentWebhook(await findWebhook(context, addressOf(call))),
  );
  serveRoute(app, context, routes.updateWebhook, (call) => update(context, call));
  serveRoute(app, context, routes.deleteWebhook, async (call) => {
    const address = addressOf(call);
    if (!(await store.deleteWebhook(address))) throw unknownWebhook(address.id);
  });
  serveRoute(app, context, routes.listDeliveries, async (call) => {
    const { id: webhookId } = await findWebhook(context, addressOf(call));
    const { offset = 0, limit = limits.events_limit_default } = call.query;
    return (await store.listDeliveries({ webhookId, offset, limit })).map(presentDelivery);
  });
  serveRoute(app, context, routes.getDelivery, async (call) => {
    const { id: webhookId } = await findWebhook(context, addressOf(call));
    const id = call.params.delivery_id;
    const found = await store.getDelivery({ webhookId, id });
    if (found) return presentDetail(found);
    throw new ApiError('delivery_not_found', { webhook_id: webhookId, delivery_id: id.slice(0, 100) });
  });
}

async function create(context: Context, { tenantId, body }: Call<typeof routes.createWebhook>) {
  const { store, settings } = context;
  await checkWebhookUrl(context, body.url);
  const result = await store.insertWebhook(
    {
      id: makeId('webhook'),
      tenantId,
      url: body.url,
      operations: [...new Set(body.operations)],
      enabled: body.enabled,
      secret: body.signing_secret,
      createdAt: Date.now(),
    },
    { maxWebhooks: settings.tenant_max_webhooks },
  );
  if (result.inserted) return presentWebhook(result.webhook);
  const limit = settings.tenant_max_webhooks;
  throw new ApiError(
    'quota_exceeded',
    { problem: `This tenant has ${result.count} webhooks and may have ${limit}` },
    { details: { limit, webhooks: result.count } },
  );
}

async function update(context: Context, call: Call<typeof routes.updateWebhook>) {
  const { url, operations, enabled, signing_secret: secret } = call.body;
  const address = addressOf(call);
  await findWebhook(context, address);
  if (url !== undefined) await checkWebhookUrl(context, url);
  const change = {
    ...(url === undefined ? {} : { url }),
    ...(operations === undefined ? {} : { operations: [...new Set(operations)] }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(secret === undefined ? {} : { secret }),
  };
  const webhook = await context.store.updateWebhook(address, { change, now: Date.now() });
  if (!webhook) throw unknownWebhook(address.id);
  return presentWebhook(webhook);
}
