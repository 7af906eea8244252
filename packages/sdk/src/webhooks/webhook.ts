import type {
  Delivery as WireDelivery,
  DeliveryDetail as WireDetail,
  Webhook as WireWebhook,
} from '@nullspace/contract';
import { Client } from '../client/client.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import { queryString } from '../client/query.ts';
import type { LifecycleOperation } from '../lifecycle/types.ts';
import { readDelivery, readDeliveryDetail, readWebhook } from './read-webhook.ts';
import type { WebhookDelivery, WebhookDeliveryDetail, WebhookInfo } from './types.ts';

/** What can be chosen of a webhook. */
export interface WebhookSettings {
  /** Address that gets a POST for each event. Private addresses are refused unless the operator allows them. */
  url: string;
  /** Operations whose events are sent; at least one. */
  operations: LifecycleOperation[];
  /** Secret from which the signature of each POST is made. */
  signingSecret: string;
  /** False keeps it without sending anything. @default true */
  enabled?: boolean;
}

const root = '/v1/lifecycle/webhooks';

/** Webhooks of the account: lifecycle events as signed POSTs to an address of yours. */
export class Webhook {
  private constructor() {}

  /** @throws InvalidRequestError for an address that is not http(s) or not allowed. */
  static async create(
    settings: WebhookSettings,
    options: ClientOptions & CallOptions = {},
  ): Promise<WebhookInfo> {
    const { signal } = options;
    const json = { enabled: true, ...write(settings) };
    return readWebhook(await new Client(options).json<WireWebhook>('POST', root, { signal, json }));
  }

  static async list(options: ClientOptions & CallOptions = {}): Promise<WebhookInfo[]> {
    const { signal } = options;
    return (await new Client(options).json<WireWebhook[]>('GET', root, { signal })).map(readWebhook);
  }

  /** @throws NotFoundError when there is none of this id. */
  static async get(id: string, options: ClientOptions & CallOptions = {}): Promise<WebhookInfo> {
    const { signal } = options;
    return readWebhook(await new Client(options).json<WireWebhook>('GET', pathOf(id), { signal }));
  }

  /** Changes what is given and leaves the rest. */
  static async update(
    id: string,
    changes: Partial<WebhookSettings>,
    options: ClientOptions & CallOptions = {},
  ): Promise<WebhookInfo> {
    const call = { signal: options.signal, json: write(changes) };
    return readWebhook(await new Client(options).json<WireWebhook>('PATCH', pathOf(id), call));
  }

  /** Deletes it with what still waits to be sent. */
  static async delete(id: string, options: ClientOptions & CallOptions = {}): Promise<void> {
    await new Client(options).send('DELETE', pathOf(id), { signal: options.signal });
  }

  /** Deliveries, newest first. */
  static async deliveries(
    id: string,
    {
      offset = 0,
      limit = 50,
      ...options
    }: ClientOptions & CallOptions & { offset?: number; limit?: number } = {},
  ): Promise<WebhookDelivery[]> {
    const path = `${pathOf(id)}/deliveries${queryString({ offset, limit })}`;
    const { signal } = options;
    return (await new Client(options).json<WireDelivery[]>('GET', path, { signal })).map(readDelivery);
  }

  /** One delivery with its event and every attempt. */
  static async delivery(
    id: string,
    deliveryId: string,
    options: ClientOptions & CallOptions = {},
  ): Promise<WebhookDeliveryDetail> {
    const path = `${pathOf(id)}/deliveries/${pathId('delivery', deliveryId)}`;
    const { signal } = options;
    return readDeliveryDetail(await new Client(options).json<WireDetail>('GET', path, { signal }));
  }
}

function pathOf(id: string): string {
  return `${root}/${pathId('webhook', id)}`;
}

/** Values that are not set are left out of JSON. */
function write({ url, operations, signingSecret, enabled }: Partial<WebhookSettings>) {
  return { url, operations, signing_secret: signingSecret, ...(enabled === undefined ? {} : { enabled }) };
}
