import type { InsertWebhookResult } from './manage-webhooks.ts';
import type { DeliveryWithAttempts } from './read-deliveries.ts';
import type {
  AttemptOutcome,
  ClaimedDelivery,
  Delivery,
  DeliveryStatus,
  NewWebhook,
  Webhook,
  WebhookChange,
} from './webhook.ts';

/** What the server remembers of webhooks and deliveries. The promises of `Store` hold for each verb. */
export interface WebhookStore {
  /** Inserts a webhook, unless its tenant already has `maxWebhooks`. */
  insertWebhook(webhook: NewWebhook, options: { maxWebhooks: number }): Promise<InsertWebhookResult>;
  getWebhook(address: { tenantId: string; id: string }): Promise<Webhook | undefined>;
  /** A tenant's webhooks, oldest first. */
  listWebhooks(tenantId: string): Promise<Webhook[]>;
  /** Undefined: no such webhook. */
  updateWebhook(
    address: { tenantId: string; id: string },
    options: { change: WebhookChange; now: number },
  ): Promise<Webhook | undefined>;
  /** Deletes a webhook with its deliveries. False: there was none. */
  deleteWebhook(address: { tenantId: string; id: string }): Promise<boolean>;

  /** Enabled webhooks of all tenants with a delivery that is due, the longest overdue first. */
  listDueWebhooks(options: { now: number; limit: number }): Promise<Webhook[]>;
  /** Takes deliveries that are due; nobody else gets them before `until`. May be lost with the machine's power. */
  claimDeliveries(request: {
    webhookId: string;
    now: number;
    until: number;
    limit: number;
  }): Promise<ClaimedDelivery[]>;
  /** Records how an attempt ended. Undefined: the claim had ended, or the webhook is gone. */
  finishAttempt(claimed: ClaimedDelivery, outcome: AttemptOutcome): Promise<DeliveryStatus | undefined>;
  /** Makes deliveries in progress due at once. Only for a server that starts and is the only one on its database. */
  endClaims(now: number): Promise<void>;
  /** Deliveries of a webhook, newest event first. */
  listDeliveries(query: { webhookId: string; offset: number; limit: number }): Promise<Delivery[]>;
  getDelivery(address: { webhookId: string; id: string }): Promise<DeliveryWithAttempts | undefined>;
}
