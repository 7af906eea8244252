import type { Delivery as DeliveryBody, DeliveryDetail, Webhook as WebhookBody } from '@nullspace/contract';
import { presentEvent } from '../events/present-event.ts';
import type { DeliveryWithAttempts } from '../store/webhooks/read-deliveries.ts';
import type { Delivery, Webhook } from '../store/webhooks/webhook.ts';

/** A webhook as its owner sees it: without its secret. */
export function presentWebhook(webhook: Webhook): WebhookBody {
  const { lastAttemptAt, lastStatus, lastError } = webhook;
  return {
    id: webhook.id,
    url: webhook.url,
    operations: webhook.operations,
    enabled: webhook.enabled,
    has_signing_secret: webhook.secret !== '',
    created_at: toText(webhook.createdAt),
    updated_at: toText(webhook.updatedAt),
    ...(lastAttemptAt === null ? {} : { last_delivery_at: toText(lastAttemptAt) }),
    ...(lastStatus === null ? {} : { last_delivery_status: lastStatus }),
    ...(lastError === null ? {} : { last_error: lastError }),
  };
}

export function presentDelivery(delivery: Delivery): DeliveryBody {
  const { status, dueAt, lastAttemptAt, lastResponseStatus, lastError } = delivery;
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    operation: delivery.operation,
    status: delivery.eventStatus,
    delivery_status: status,
    attempt_count: delivery.attemptCount,
    created_at: toText(delivery.createdAt),
    ...(status === 'queued' && dueAt !== null ? { next_attempt_at: toText(dueAt) } : {}),
    ...(lastAttemptAt === null ? {} : { last_attempt_at: toText(lastAttemptAt) }),
    ...(lastResponseStatus === null ? {} : { last_response_status: lastResponseStatus }),
    ...(lastError === null ? {} : { last_error: lastError }),
  };
}

export function presentDetail({ delivery, event, attempts }: DeliveryWithAttempts): DeliveryDetail {
  return {
    delivery: presentDelivery(delivery),
    event: presentEvent(event),
    attempts: attempts.map((attempt) => ({
      id: attempt.id,
      delivery_id: attempt.deliveryId,
      attempt_number: attempt.number,
      attempted_at: toText(attempt.attemptedAt),
      duration_ms: attempt.durationMs,
      ...(attempt.responseStatus === null ? {} : { response_status: attempt.responseStatus }),
      ...(attempt.errorCode === null ? {} : { error_code: attempt.errorCode }),
      ...(attempt.errorMessage === null ? {} : { error_message: attempt.errorMessage }),
    })),
  };
}

function toText(time: number): string {
  return new Date(time).toISOString();
}
