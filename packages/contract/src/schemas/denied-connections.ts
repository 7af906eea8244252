import * as z from 'zod';
import { timestamp } from './sandbox-info.ts';

/** Why something was not let through. */
export const denialReason = z
  .enum([
    'not_allowed',
    'denied',
    'no_internet',
    'closed_network',
    'host',
    'quic',
    'proxy_unavailable',
    'too_many_connections',
    'name_not_allowed',
    'other_address',
    'no_name',
    'encrypted_name',
    'private_answer',
  ])
  .describe(
    '`not_allowed`: not in allow_out. `denied`: in deny_out. `no_internet`: internet_access is false. `closed_network`: private and special addresses, other sandboxes. `host`: the machine of the sandbox. `name_not_allowed`: another name than those of allow_out. `other_address`: a name of allow_out that was not looked up, or is not at that address. `no_name`, `encrypted_name`: the connection does not tell its server. `quic`: UDP to ports that names decide about. `private_answer`: a name of allow_out has an address that is closed to all. `too_many_connections`, `proxy_unavailable`: not for the policy.',
  );

export const deniedConnection = z.object({
  protocol: z.enum(['tcp', 'udp', 'icmp', 'dns', 'other']).describe('`dns`: a lookup of a name.'),
  address: z.string().nullable().describe('IPv4 address; null for a lookup that was not answered.'),
  port: z.number().int().nullable(),
  name: z.string().nullable().describe('Host name, where one was given.'),
  reason: denialReason,
  count: z.number().int().describe('How often; packets that are sent again count.'),
  first_seen_at: timestamp,
  last_seen_at: timestamp,
});

export const deniedConnections = z.object({
  total: z.number().int().describe('Of all, those included that are not listed any longer.'),
  items: z.array(deniedConnection).describe('Newest first; the last 100 different ones.'),
});
export type DeniedConnections = z.infer<typeof deniedConnections>;
export type DeniedConnection = z.infer<typeof deniedConnection>;
