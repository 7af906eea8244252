import * as z from 'zod';

const hostMask = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:(\$\{PORT\}|\d{1,5}))?$/,
    `must be a host name, optionally with ":$\{PORT}" or ":<number>"`,
  );

const maskedHost = (mask: z.ZodType<string>) =>
  mask.optional().describe(`Host header that a service inside sees; $\{PORT} stands for the port.`);

/** Highest limit of bandwidth, in Mbit/s. */
const HIGHEST_MBPS = 100_000;

const mbps = (what: string) =>
  z
    .int()
    .min(1)
    .max(HIGHEST_MBPS)
    .nullable()
    .optional()
    .describe(
      `Most that the sandbox ${what}, in Mbit/s (1,000,000 bits a second, headers included); null: no limit.`,
    );

const bandwidth = z
  .strictObject({
    upload_mbps: mbps('sends to the outside'),
    download_mbps: mbps('receives from the outside'),
  })
  .nullable()
  .optional()
  .describe(
    'Limits of what passes between the sandbox and the outside. Commands, files and previews do not count; null: none.',
  );

/** Network policy of a sandbox. */
export const networkPolicy = z.strictObject({
  allow_public_traffic: z
    .boolean()
    .optional()
    .describe("Whether previews answer without the sandbox's traffic token."),
  mask_request_host: maskedHost(hostMask),
  deny_out: z
    .array(z.string().max(255))
    .max(256)
    .optional()
    .describe('Outbound deny list: IPv4 addresses and networks. An entry in allow_out wins.'),
  allow_out: z
    .array(z.string().max(255))
    .max(256)
    .optional()
    .describe(
      'Outbound allow list: IPv4 addresses, networks and host names, also "*.example.com" for every name below. Without deny_out nothing else may be reached.',
    ),
  bandwidth,
});

/** A policy that is asked for. A policy that is kept may have another port, and is shown as it is. */
export const networkRequest = networkPolicy.extend({
  mask_request_host: maskedHost(hostMask.refine(hasRealPort, 'must have a port from 1 to 65535')),
});

/** Whether a host mask has a port that there is, written as one, or none of its own. */
function hasRealPort(mask: string): boolean {
  const [, port = '1'] = mask.split(':');
  return /^\D/.test(port) || (/^[1-9]/.test(port) && Number(port) <= 65_535);
}

export const setNetworkRequest = networkPolicy
  .pick({ allow_out: true, deny_out: true, allow_public_traffic: true, bandwidth: true })
  .extend({ internet_access: z.boolean().optional().describe('False: nothing beyond allow_out.') })
  .refine((body) => Object.keys(body).length > 0, 'must change something');
export type SetNetworkRequest = z.infer<typeof setNetworkRequest>;

export type NetworkPolicy = z.infer<typeof networkPolicy>;
