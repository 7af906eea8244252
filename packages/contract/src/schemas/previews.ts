import * as z from 'zod';
import { limits } from '../limits.ts';
import { timestamp } from './sandbox-info.ts';

/** A port as a number of a JSON body. */
export const previewPort = z.number().int().min(1).max(65535);

/** A port in a path or query: plain decimal digits, so that "080", "+80", "0x50" and "80.0" are refused. */
export const portText = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, 'must be a port from 1 to 65535 in plain digits')
  .transform(Number)
  .pipe(z.number().max(65535, 'must be at most 65535'))
  .meta({ query_integer: { minimum: 1, maximum: 65535 } });

export const previewTransport = z.enum(['http', 'websocket']);
export type PreviewTransport = z.infer<typeof previewTransport>;

const lifetime = z
  .number()
  .int()
  .min(1)
  .max(limits.preview_lifetime_secs)
  .optional()
  .describe('Seconds that the tokens are valid. Default: 3600. They never outlive the sandbox.');

export const hostRequest = z.strictObject({ port: previewPort });
export type HostRequest = z.infer<typeof hostRequest>;

const urls = {
  url: z.string().describe('Address for a browser, with a token. Keep it secret.'),
  websocket_url: z.string().describe('Address for a WebSocket client, with a token of its own.'),
};
const tokenFacts = {
  access_token_expires_at: timestamp.optional(),
  access_token_transport: z.string().optional().describe('"query": the parameter edge_token.'),
};

export const hostInfo = z.object({
  host: z.string().describe('Where the port answers, without a scheme, as "127.0.0.1:40123".'),
  ...urls,
  ...tokenFacts,
});
export type HostInfo = z.infer<typeof hostInfo>;

export const previewGrant = z.strictObject({
  id: z.string(),
  sandbox_id: z.string(),
  port: z.number().int(),
  auth_mode: z.enum(['direct', 'preview_proxy']),
  bootstrap_transport: z.enum(['query', 'header']),
  status: z.enum(['active', 'expired', 'revoked']),
  token_kinds: z.array(previewTransport),
  principal_kind: z.string(),
  principal_id: z.string(),
  issued_at: timestamp,
  expires_at: timestamp.nullable(),
  revoked_at: timestamp.nullable(),
  first_used_at: timestamp.nullable(),
  last_used_at: timestamp.nullable(),
  use_count: z.number().int(),
  http_request_count: z.number().int(),
  websocket_connection_count: z.number().int(),
  bytes_in_count: z.number().int(),
  bytes_out_count: z.number().int(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type PreviewGrant = z.infer<typeof previewGrant>;

export const previewUrl = z.strictObject({ grant: previewGrant, ...urls, ...tokenFacts });
export type PreviewUrl = z.infer<typeof previewUrl>;

export const signedPreviewRequest = z.strictObject({ expires_in_seconds: lifetime }).optional();
export type SignedPreviewRequest = z.input<typeof signedPreviewRequest>;

export const proxyTargetRequest = z
  .strictObject({
    expires_in_seconds: lifetime,
    transports: z.array(previewTransport).min(1).max(2).optional().describe('Absent: both.'),
    include_traffic_token_hint: z.boolean().optional(),
  })
  .optional();
export type ProxyTargetRequest = z.input<typeof proxyTargetRequest>;

export const proxyTarget = z.strictObject({
  grant: previewGrant,
  sandbox_id: z.string(),
  port: z.number().int(),
  token_header_name: z.string(),
  expires_at: timestamp.nullable(),
  token_transport: z.literal('header'),
  http_url: z.string().optional(),
  websocket_url: z.string().optional(),
  http_token: z.string().optional(),
  websocket_token: z.string().optional(),
  required_forwarded_headers: z.array(z.string()),
  traffic_access_required: z.boolean().optional(),
  traffic_access_header_name: z.string().optional(),
  warnings: z.array(z.string()),
});
export type ProxyTarget = z.infer<typeof proxyTarget>;

export const readinessRequest = z
  .strictObject({
    kind: z.enum(['tcp', 'http']).default('tcp'),
    path: z
      .string()
      .max(2048)
      .regex(/^\/[\x21-\x7e]*$/, 'must begin with "/" and hold visible ASCII characters')
      .optional()
      .describe('Path asked for, with kind "http". Default: /.'),
    timeout_secs: z.number().min(0).max(limits.readiness_timeout_secs).default(30),
    interval_ms: z.number().int().min(10).max(60_000).default(500),
  })
  .refine((body) => body.path === undefined || body.kind === 'http', {
    path: ['path'],
    message: 'goes with kind "http" only',
  });
export type ReadinessRequest = z.input<typeof readinessRequest>;

export const portReadiness = z.strictObject({
  ready: z.boolean(),
  route_ready: z.boolean().describe('The sandbox runs and can be reached.'),
  service_ready: z.boolean().describe('The port answered.'),
  sandbox_id: z.string(),
  port: z.number().int(),
  kind: z.enum(['tcp', 'http']),
  checked_at: timestamp,
  elapsed_ms: z.number().int(),
  attempts: z.number().int(),
  path: z.string().optional(),
  code: z.string().optional(),
  error: z.string().optional(),
  suggested_action: z.string().optional(),
});
export type PortReadiness = z.infer<typeof portReadiness>;

export const previewList = z.object({ items: z.array(previewGrant) });
export const previewsQuery = z.strictObject({ port: portText.optional() });
export const revokedPreview = z.strictObject({ success: z.boolean(), grant: previewGrant });
