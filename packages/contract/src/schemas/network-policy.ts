import * as z from 'zod';

const hostMask = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:(\$\{PORT\}|\d{1,5}))?$/,
    `must be a host name, optionally with ":$\{PORT}" or ":<number>"`,
  );

/** Network policy of a sandbox, fixed at create. */
export const networkPolicy = z.strictObject({
  allow_public_traffic: z
    .boolean()
    .optional()
    .describe("Whether previews answer without the sandbox's traffic token."),
  mask_request_host: hostMask
    .optional()
    .describe(`Host header that a service inside sees; $\{PORT} stands for the port.`),
  deny_out: z.array(z.string().max(255)).max(256).optional().describe('Outbound deny list: CIDR or IP.'),
  allow_out: z
    .array(z.string().max(255))
    .max(256)
    .optional()
    .describe('Outbound allow list: CIDR, IP or host name.'),
});

export type NetworkPolicy = z.infer<typeof networkPolicy>;
