import * as z from 'zod';
import { pathId } from '../ids.ts';
import {
  createWebhookRequest,
  deliveriesQuery,
  delivery,
  deliveryDetail,
  updateWebhookRequest,
  webhook,
} from '../schemas/webhooks.ts';
import { defineRoute } from './route.ts';

const webhookParams = z.object({ webhook_id: pathId });
const path = '/v1/lifecycle/webhooks';
const one = `${path}/{webhook_id}`;

export const webhookRoutes = {
  createWebhook: defineRoute({
    id: 'createWebhook',
    method: 'POST',
    path,
    tag: 'Lifecycle',
    summary: 'Has lifecycle events posted to a URL.',
    description:
      'Each event is posted as JSON with a signature, and repeated with growing delays until the receiver answers 2xx within 10 seconds.',
    body: createWebhookRequest,
    status: 201,
    response: webhook,
    errors: ['quota_exceeded'],
  }),
  listWebhooks: defineRoute({
    id: 'listWebhooks',
    method: 'GET',
    path,
    tag: 'Lifecycle',
    summary: 'Lists webhooks, oldest first.',
    status: 200,
    response: z.array(webhook),
    errors: [],
  }),
  getWebhook: defineRoute({
    id: 'getWebhook',
    method: 'GET',
    path: one,
    tag: 'Lifecycle',
    summary: 'Reads a webhook.',
    params: webhookParams,
    status: 200,
    response: webhook,
    errors: ['webhook_not_found'],
  }),
  updateWebhook: defineRoute({
    id: 'updateWebhook',
    method: 'PATCH',
    path: one,
    tag: 'Lifecycle',
    summary: 'Changes a webhook. What is queued goes to the changed one.',
    params: webhookParams,
    body: updateWebhookRequest,
    status: 200,
    response: webhook,
    errors: ['webhook_not_found'],
  }),
  deleteWebhook: defineRoute({
    id: 'deleteWebhook',
    method: 'DELETE',
    path: one,
    tag: 'Lifecycle',
    summary: 'Deletes a webhook with its deliveries.',
    params: webhookParams,
    status: 204,
    errors: ['webhook_not_found'],
  }),
  listDeliveries: defineRoute({
    id: 'listDeliveries',
    method: 'GET',
    path: `${one}/deliveries`,
    tag: 'Lifecycle',
    summary: 'Lists the deliveries of a webhook, newest first.',
    params: webhookParams,
    query: deliveriesQuery,
    status: 200,
    response: z.array(delivery),
    errors: ['webhook_not_found'],
  }),
  getDelivery: defineRoute({
    id: 'getDelivery',
    method: 'GET',
    path: `${one}/deliveries/{delivery_id}`,
    tag: 'Lifecycle',
    summary: 'Reads one delivery with its event and every attempt.',
    params: webhookParams.extend({ delivery_id: pathId }),
    status: 200,
    response: deliveryDetail,
    errors: ['webhook_not_found', 'delivery_not_found'],
  }),
};
