import { presentEvent } from '../../events/present-event.ts';
import type { ClaimedDelivery, Webhook } from '../../store/webhooks/webhook.ts';
import { sign } from './sign.ts';

/** Body and headers of one attempt. The delivery's id is the same in every attempt; time and signature are not. */
export function buildRequest(
  webhook: Webhook,
  { id, attempt, event }: ClaimedDelivery,
  { now, version }: { now: number; version: string },
): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify(presentEvent(event));
  const timestamp = String(Math.floor(now / 1000));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': `nullspace-webhooks/${version}`,
      'x-nullspace-event-id': event.id,
      'x-nullspace-delivery-id': id,
      'x-nullspace-attempt': String(attempt),
      'x-nullspace-timestamp': timestamp,
      'x-nullspace-signature': sign(webhook.secret, { timestamp, body }),
    },
  };
}
