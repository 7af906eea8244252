import type { EventOperation, EventStatus, LifecycleEvent } from '../events/event.ts';

/** `succeeded` and `dead_letter` are final. */
export type DeliveryStatus = 'queued' | 'in_progress' | 'succeeded' | 'dead_letter';

/** Where a tenant wants events to be posted. */
export interface Webhook {
  id: string;
  tenantId: string;
  url: string;
  operations: EventOperation[];
  enabled: boolean;
  /** Key of the signatures. Never leaves the server. */
  secret: string;
  createdAt: number;
  updatedAt: number;
  lastAttemptAt: number | null;
  /** State after the newest attempt of the delivery that it belonged to. */
  lastStatus: DeliveryStatus | null;
  lastError: string | null;
}

export type NewWebhook = Pick<
  Webhook,
  'id' | 'tenantId' | 'url' | 'operations' | 'enabled' | 'secret' | 'createdAt'
>;

export type WebhookChange = Partial<Pick<Webhook, 'url' | 'operations' | 'enabled' | 'secret'>>;

/** One event on its way to one webhook. */
export interface Delivery {
  id: string;
  webhookId: string;
  eventId: string;
  operation: EventOperation;
  eventStatus: EventStatus;
  status: DeliveryStatus;
  attemptCount: number;
  createdAt: number;
  /** When it is tried next, while it is queued; when its claim ends, while it is in progress; else null. */
  dueAt: number | null;
  lastAttemptAt: number | null;
  lastResponseStatus: number | null;
  lastError: string | null;
}

export interface DeliveryAttempt {
  id: string;
  deliveryId: string;
  number: number;
  attemptedAt: number;
  durationMs: number;
  responseStatus: number | null;
  errorCode: string | null;
  errorMessage: string | null;
}

/** A delivery that its claimer alone may attempt until the claim ends. */
export interface ClaimedDelivery {
  id: string;
  webhookId: string;
  /** Number of the attempt: 1, 2, 3, … */
  attempt: number;
  event: LifecycleEvent;
}

/** How an attempt ended. */
export interface AttemptOutcome {
  attemptedAt: number;
  durationMs: number;
  responseStatus: number | null;
  /** Null: delivered. */
  error: { code: string; message: string } | null;
  /** When to try again after an error; null: never. */
  retryAt: number | null;
}
