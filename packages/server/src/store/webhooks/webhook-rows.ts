import type { AttemptRow, DeliveryRow, WebhookRow } from '../schema.ts';
import type { Delivery, DeliveryAttempt, Webhook } from './webhook.ts';

export function toWebhook(row: WebhookRow): Webhook {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    url: row.url,
    operations: JSON.parse(row.operations),
    enabled: row.enabled === 1,
    secret: row.secret,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastAttemptAt: row.last_attempt_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
  };
}

export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    operation: row.operation,
    eventStatus: row.event_status,
    status: row.status,
    attemptCount: row.attempt_count,
    createdAt: row.created_at,
    dueAt: row.due_at,
    lastAttemptAt: row.last_attempt_at,
    lastResponseStatus: row.last_response_status,
    lastError: row.last_error,
  };
}

export function toAttempt(row: AttemptRow): DeliveryAttempt {
  return {
    id: row.id,
    deliveryId: row.delivery_id,
    number: row.number,
    attemptedAt: row.attempted_at,
    durationMs: row.duration_ms,
    responseStatus: row.response_status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
  };
}
