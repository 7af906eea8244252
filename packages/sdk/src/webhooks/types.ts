import type { LifecycleEvent, LifecycleOperation, LifecycleStatus } from '../lifecycle/types.ts';

/** Where a delivery stands. `dead_letter`: it was given up. */
export type DeliveryStatus = 'queued' | 'in_progress' | 'succeeded' | 'dead_letter';

/** An address that is told of lifecycle events. The secret is never shown. */
export interface WebhookInfo {
  id: string;
  url: string;
  operations: LifecycleOperation[];
  enabled: boolean;
  hasSigningSecret: boolean;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
  lastDeliveryAt: Date | undefined;
  lastDeliveryStatus: DeliveryStatus | undefined;
  lastError: string | undefined;
}

/** One event on its way to one webhook. */
export interface WebhookDelivery {
  id: string;
  webhookId: string;
  eventId: string;
  operation: LifecycleOperation;
  /** Of the event. */
  status: LifecycleStatus;
  deliveryStatus: DeliveryStatus;
  attemptCount: number;
  createdAt: Date | undefined;
  nextAttemptAt: Date | undefined;
  lastAttemptAt: Date | undefined;
  lastResponseStatus: number | undefined;
  lastError: string | undefined;
}

/** One request to the receiver. */
export interface WebhookAttempt {
  id: string;
  deliveryId: string;
  attemptNumber: number;
  attemptedAt: Date | undefined;
  durationMs: number;
  responseStatus: number | undefined;
  errorCode: string | undefined;
  errorMessage: string | undefined;
}

/** A delivery with its event and every attempt. */
export interface WebhookDeliveryDetail {
  delivery: WebhookDelivery;
  event: LifecycleEvent;
  attempts: WebhookAttempt[];
}
