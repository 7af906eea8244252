import * as z from 'zod';
import { lifecycleEvent, lifecycleOperation, lifecycleStatus, offsetQuery } from './lifecycle.ts';
import { timestamp } from './sandbox-info.ts';

const webhookUrl = z
  .string()
  .max(2048)
  .refine(isTarget, 'must be an http or https URL without credentials and fragment')
  .describe('Where events are posted to. Its host must have public addresses only.');

function isTarget(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.username === '' &&
    url.password === '' &&
    url.hash === ''
  );
}

const settable = {
  url: webhookUrl,
  operations: z
    .array(lifecycleOperation)
    .min(1)
    .max(lifecycleOperation.options.length)
    .describe('Operations whose events are sent.'),
  signing_secret: z
    .string()
    .min(1)
    .max(512)
    .describe('Key of the signatures. It is never returned. At least 32 random characters are advised.'),
  enabled: z.boolean().describe('False: nothing is sent, and events of that time are not sent later.'),
};

export const createWebhookRequest = z.strictObject({ ...settable, enabled: settable.enabled.default(true) });
export type CreateWebhookRequest = z.input<typeof createWebhookRequest>;

export const updateWebhookRequest = z
  .strictObject(settable)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'must change something');
export type UpdateWebhookRequest = z.input<typeof updateWebhookRequest>;

export const deliveryStatus = z.enum(['queued', 'in_progress', 'succeeded', 'dead_letter']);
export type DeliveryStatus = z.infer<typeof deliveryStatus>;

export const webhook = z.object({
  id: z.string(),
  url: z.string(),
  operations: z.array(lifecycleOperation),
  enabled: z.boolean(),
  has_signing_secret: z.boolean(),
  created_at: timestamp,
  updated_at: timestamp,
  last_delivery_at: timestamp.optional().describe('Newest attempt.'),
  last_delivery_status: deliveryStatus.optional().describe('State of the delivery of that attempt.'),
  last_error: z.string().optional().describe('Why that attempt failed.'),
});
export type Webhook = z.infer<typeof webhook>;

export const delivery = z.object({
  id: z.string().describe('The same in every attempt: by it a receiver knows what it has seen.'),
  webhook_id: z.string(),
  event_id: z.string(),
  operation: lifecycleOperation,
  status: lifecycleStatus,
  delivery_status: deliveryStatus,
  attempt_count: z.number().int(),
  created_at: timestamp,
  next_attempt_at: timestamp.optional(),
  last_attempt_at: timestamp.optional(),
  last_response_status: z.number().int().optional(),
  last_error: z.string().optional(),
});
export type Delivery = z.infer<typeof delivery>;

export const deliveryAttempt = z.object({
  id: z.string(),
  delivery_id: z.string(),
  attempt_number: z.number().int(),
  attempted_at: timestamp,
  duration_ms: z.number().int(),
  response_status: z.number().int().optional(),
  error_code: z.string().optional(),
  error_message: z.string().optional(),
});

export const deliveryDetail = z.object({
  delivery,
  event: lifecycleEvent,
  attempts: z.array(deliveryAttempt),
});
export type DeliveryDetail = z.infer<typeof deliveryDetail>;

export const deliveriesQuery = z.strictObject(offsetQuery);
