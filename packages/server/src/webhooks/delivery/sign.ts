import { createHmac } from 'node:crypto';

/** Value of `X-Nullspace-Signature` for a body sent at that time. */
export function sign(secret: string, { timestamp, body }: { timestamp: string; body: string }): string {
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return `sha256=${digest}`;
}
