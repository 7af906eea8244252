import * as z from 'zod';
import { previewPort } from './previews.ts';

const frameId = z.string().max(255).nullish().describe('Chosen by the client and repeated in every answer.');
const acknowledged = z
  .number()
  .int()
  .min(1)
  .max(Number.MAX_SAFE_INTEGER)
  .describe('Bytes that were passed on since the last one.');

/** First frame that a client sends on the tunnel channel. */
export const tunnelOpenFrame = z.strictObject({
  type: z.literal('tunnel_open'),
  id: frameId,
  port: previewPort.describe("Port on the sandbox's own loopback."),
});
export type TunnelOpenFrame = z.input<typeof tunnelOpenFrame>;

/** Text frames that a client sends after it; its bytes are binary frames. */
export const tunnelClientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('tunnel_ack'), id: frameId, bytes: acknowledged }),
  z.strictObject({ type: z.literal('tunnel_end'), id: frameId }),
]);
export type TunnelClientFrame = z.infer<typeof tunnelClientFrame>;

/** Text frames that the server sends on the tunnel channel; bytes of the service are binary frames. */
export const tunnelServerFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('tunnel_started'),
    id: z.string().nullish(),
    port: z.number().int(),
    window_bytes: z.number().int().describe('Bytes that each side sends before it waits for a tunnel_ack.'),
  }),
  z.object({ type: z.literal('tunnel_ack'), id: z.string().nullish(), bytes: z.number().int() }),
  z.object({ type: z.literal('tunnel_end'), id: z.string().nullish() }),
  z.object({
    type: z.literal('error'),
    id: z.string().nullish(),
    message: z.string(),
    code: z.string(),
    request_id: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
]);
export type TunnelServerFrame = z.infer<typeof tunnelServerFrame>;
