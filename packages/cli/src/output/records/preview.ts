import type { PortReadiness, PreviewGrant, PreviewProxyTarget, PreviewUrl } from 'nullspace';
import { timestamp } from './sandbox.ts';

/** A grant as the CLI prints it in JSON: the API's names. */
export function grantRecord(grant: PreviewGrant): Record<string, unknown> {
  return {
    id: grant.id,
    sandbox_id: grant.sandboxId,
    port: grant.port,
    auth_mode: grant.authMode,
    status: grant.status,
    token_kinds: grant.transports,
    created_at: timestamp(grant.createdAt),
    expires_at: timestamp(grant.expiresAt),
    revoked_at: timestamp(grant.revokedAt),
    first_used_at: timestamp(grant.firstUsedAt),
    last_used_at: timestamp(grant.lastUsedAt),
    http_request_count: grant.httpRequestCount,
    websocket_connection_count: grant.websocketConnectionCount,
    bytes_in_count: grant.bytesIn,
    bytes_out_count: grant.bytesOut,
  };
}

export function previewRecord(preview: PreviewUrl): Record<string, unknown> {
  return {
    grant: grantRecord(preview.grant),
    url: preview.url,
    websocket_url: preview.websocketUrl,
    access_token_expires_at: timestamp(preview.expiresAt),
    access_token_transport: 'query',
  };
}

export function targetRecord(target: PreviewProxyTarget): Record<string, unknown> {
  return {
    grant: grantRecord(target.grant),
    sandbox_id: target.grant.sandboxId,
    port: target.grant.port,
    token_header_name: target.tokenHeader,
    token_transport: 'header',
    expires_at: timestamp(target.expiresAt),
    http_url: target.http?.url ?? null,
    http_token: target.http?.token ?? null,
    websocket_url: target.websocket?.url ?? null,
    websocket_token: target.websocket?.token ?? null,
    required_forwarded_headers: target.forwardedHeaders,
    traffic_access_header_name: target.trafficTokenHeader ?? null,
  };
}

export function readinessRecord(readiness: PortReadiness): Record<string, unknown> {
  return {
    ready: readiness.ready,
    route_ready: readiness.routeReady,
    service_ready: readiness.serviceReady,
    attempts: readiness.attempts,
    elapsed_ms: readiness.elapsedMs,
    code: readiness.code ?? null,
    error: readiness.error ?? null,
  };
}

/** An address that may be shown to others: without what its token says. */
export function redacted(address: string): string {
  return address.replace(/([?&]edge_token=)[^&#]*/g, '$1<redacted>');
}
