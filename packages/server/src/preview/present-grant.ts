import type { PreviewGrant } from '@nullspace/contract';
import type { Grant } from '../store/previews/preview.ts';

const time = (ms: number) => new Date(ms).toISOString();
const optionalTime = (ms: number | null) => (ms === null ? null : time(ms));

/** A grant as the API shows it. */
export function presentGrant(grant: Grant): PreviewGrant {
  return {
    id: grant.id,
    sandbox_id: grant.sandboxId,
    port: grant.port,
    auth_mode: grant.authMode,
    bootstrap_transport: grant.authMode === 'direct' ? 'query' : 'header',
    status: grant.revokedAt !== null ? 'revoked' : grant.expiresAt <= Date.now() ? 'expired' : 'active',
    token_kinds: grant.transports,
    principal_kind: 'tenant',
    principal_id: grant.tenantId,
    issued_at: time(grant.createdAt),
    expires_at: time(grant.expiresAt),
    revoked_at: optionalTime(grant.revokedAt),
    first_used_at: optionalTime(grant.firstUsedAt),
    last_used_at: optionalTime(grant.lastUsedAt),
    use_count: grant.httpCount + grant.websocketCount,
    http_request_count: grant.httpCount,
    websocket_connection_count: grant.websocketCount,
    bytes_in_count: grant.bytesIn,
    bytes_out_count: grant.bytesOut,
    created_at: time(grant.createdAt),
    updated_at: time(grant.updatedAt),
  };
}
