import { isIdLike } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { Webhook } from '../store/webhooks/webhook.ts';

/** @throws {ApiError} `webhook_not_found`, also for another tenant's. */
export async function findWebhook(
  { store }: Context,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<Webhook> {
  const webhook = isIdLike(id) ? await store.getWebhook({ tenantId, id }) : undefined;
  if (!webhook) throw unknownWebhook(id);
  return webhook;
}

export function unknownWebhook(id: string): ApiError {
  const webhook_id = id.slice(0, 100);
  return new ApiError('webhook_not_found', { webhook_id }, { details: { webhook_id } });
}
