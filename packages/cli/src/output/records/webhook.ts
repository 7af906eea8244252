import type { WebhookAttempt, WebhookDelivery, WebhookDeliveryDetail, WebhookInfo } from 'nullspace';
import { eventRecord } from './event.ts';
import { timestamp } from './sandbox.ts';

/** A webhook as the CLI prints it in JSON: the API's names. */
export function webhookRecord(info: WebhookInfo): Record<string, unknown> {
  return {
    id: info.id,
    url: info.url,
    operations: info.operations,
    enabled: info.enabled,
    has_signing_secret: info.hasSigningSecret,
    created_at: timestamp(info.createdAt),
    updated_at: timestamp(info.updatedAt),
    last_delivery_at: timestamp(info.lastDeliveryAt),
    last_delivery_status: info.lastDeliveryStatus ?? null,
    last_error: info.lastError ?? null,
  };
}

export function deliveryRecord(delivery: WebhookDelivery): Record<string, unknown> {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    operation: delivery.operation,
    status: delivery.status,
    delivery_status: delivery.deliveryStatus,
    attempt_count: delivery.attemptCount,
    created_at: timestamp(delivery.createdAt),
    next_attempt_at: timestamp(delivery.nextAttemptAt),
    last_attempt_at: timestamp(delivery.lastAttemptAt),
    last_response_status: delivery.lastResponseStatus ?? null,
    last_error: delivery.lastError ?? null,
  };
}

export function deliveryDetailRecord(detail: WebhookDeliveryDetail): Record<string, unknown> {
  return {
    delivery: deliveryRecord(detail.delivery),
    event: eventRecord(detail.event),
    attempts: detail.attempts.map(attemptRecord),
  };
}

function attemptRecord(attempt: WebhookAttempt): Record<string, unknown> {
  return {
    id: attempt.id,
    delivery_id: attempt.deliveryId,
    attempt_number: attempt.attemptNumber,
    attempted_at: timestamp(attempt.attemptedAt),
    duration_ms: attempt.durationMs,
    response_status: attempt.responseStatus ?? null,
    error_code: attempt.errorCode ?? null,
    error_message: attempt.errorMessage ?? null,
  };
}
