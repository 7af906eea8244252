import type {
  PreviewGrant as WireGrant,
  HostInfo as WireHost,
  PortReadiness as WireReadiness,
  ProxyTarget as WireTarget,
  PreviewUrl as WireUrl,
} from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { PortReadiness, PreviewGrant, PreviewHost, PreviewProxyTarget, PreviewUrl } from './types.ts';

export function readGrant(wire: WireGrant): PreviewGrant {
  return {
    id: wire.id,
    sandboxId: wire.sandbox_id,
    port: wire.port,
    authMode: wire.auth_mode,
    status: wire.status,
    transports: wire.token_kinds ?? [],
    createdAt: date(wire.created_at),
    expiresAt: date(wire.expires_at),
    revokedAt: date(wire.revoked_at),
    firstUsedAt: date(wire.first_used_at),
    lastUsedAt: date(wire.last_used_at),
    httpRequestCount: wire.http_request_count,
    websocketConnectionCount: wire.websocket_connection_count,
    bytesIn: wire.bytes_in_count,
    bytesOut: wire.bytes_out_count,
  };
}

export function readHost(wire: WireHost): PreviewHost {
  return { host: wire.host, ...readUrls(wire) };
}

export function readPreviewUrl(wire: WireUrl): PreviewUrl {
  return { grant: readGrant(wire.grant), ...readUrls(wire) };
}

export function readProxyTarget(wire: WireTarget): PreviewProxyTarget {
  const upstream = (url: string | undefined, token: string | undefined) =>
    url !== undefined && token !== undefined ? { url, token } : undefined;
  return {
    grant: readGrant(wire.grant),
    tokenHeader: wire.token_header_name,
    expiresAt: date(wire.expires_at),
    http: upstream(wire.http_url, wire.http_token),
    websocket: upstream(wire.websocket_url, wire.websocket_token),
    forwardedHeaders: wire.required_forwarded_headers ?? [],
    trafficTokenHeader: wire.traffic_access_required ? wire.traffic_access_header_name : undefined,
  };
}

export function readReadiness(wire: WireReadiness): PortReadiness {
  return {
    ready: wire.ready,
    routeReady: wire.route_ready,
    serviceReady: wire.service_ready,
    attempts: wire.attempts,
    elapsedMs: wire.elapsed_ms,
    code: wire.code,
    error: wire.error,
  };
}

function readUrls(wire: Pick<WireHost, 'url' | 'websocket_url' | 'access_token_expires_at'>) {
  return {
    url: wire.url,
    websocketUrl: wire.websocket_url,
    expiresAt: date(wire.access_token_expires_at),
  };
}
