import type { SshAccess as WireAccess } from '@nullspace/contract';
import type { SshAccess } from '../store/ssh/ssh-access.ts';

const time = (ms: number) => new Date(ms).toISOString();
const optionalTime = (ms: number | null) => (ms === null ? null : time(ms));

/** An access as the API shows it. */
export function presentAccess(access: SshAccess): WireAccess {
  return {
    access_id: access.id,
    sandbox_id: access.sandboxId,
    user: access.account,
    public_key_fingerprint: `SHA256:${access.keyHash}`,
    status: access.revokedAt !== null ? 'revoked' : access.expiresAt <= Date.now() ? 'expired' : 'active',
    created_at: time(access.createdAt),
    expires_at: time(access.expiresAt),
    revoked_at: optionalTime(access.revokedAt),
    last_used_at: optionalTime(access.lastUsedAt),
  };
}
