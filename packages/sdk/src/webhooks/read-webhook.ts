import type {
  Delivery as WireDelivery,
  DeliveryDetail as WireDetail,
  Webhook as WireWebhook,
} from '@nullspace/contract';
import { date } from '../client/date.ts';
import { readEvent } from '../lifecycle/read-event.ts';
import type { WebhookAttempt, WebhookDelivery, WebhookDeliveryDetail, WebhookInfo } from './types.ts';

export function readWebhook(wire: WireWebhook): WebhookInfo {
  return {
    id: wire.id,
    url: wire.url,
    operations: wire.operations ?? [],
    enabled: wire.enabled,
    hasSigningSecret: wire.has_signing_secret,
    createdAt: date(wire.created_at),
    updatedAt: date(wire.updated_at),
    lastDeliveryAt: date(wire.last_delivery_at),
    lastDeliveryStatus: wire.last_delivery_status ?? undefined,
    lastError: wire.last_error ?? undefined,
  };
}

export function readDelivery(wire: WireDelivery): WebhookDelivery {
  return {
    id: wire.id,
    webhookId: wire.webhook_id,
    eventId: wire.event_id,
    operation: wire.operation,
    status: wire.status,
    deliveryStatus: wire.delivery_status,
    attemptCount: wire.attempt_count,
    createdAt: date(wire.created_at),
    nextAttemptAt: date(wire.next_attempt_at),
    lastAttemptAt: date(wire.last_attempt_at),
    lastResponseStatus: wire.last_response_status ?? undefined,
    lastError: wire.last_error ?? undefined,
  };
}

export function readDeliveryDetail(wire: WireDetail): WebhookDeliveryDetail {
  return {
    delivery: readDelivery(wire.delivery),
    event: readEvent(wire.event),
    attempts: (wire.attempts ?? []).map(readAttempt),
  };
}

function readAttempt(wire: WireDetail['attempts'][number]): WebhookAttempt {
  return {
    id: wire.id,
    deliveryId: wire.delivery_id,
    attemptNumber: wire.attempt_number,
    attemptedAt: date(wire.attempted_at),
    durationMs: wire.duration_ms,
    responseStatus: wire.response_status ?? undefined,
    errorCode: wire.error_code ?? undefined,
    errorMessage: wire.error_message ?? undefined,
  };
}
