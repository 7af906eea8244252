import type { SshAccess } from 'nullspace';
import { defineCommand } from '../../../command.ts';
import { timestamp } from '../../../output/records/sandbox.ts';
import { jsonOption, sandboxId } from '../parameters.ts';
import { openAsIs } from '../preview/open.ts';

export const command = defineCommand({
  help: 'Newest first, those that are over too.',
  arguments: [sandboxId],
  options: [jsonOption],
  examples: ['nullspace sandbox ssh-list sb_…'],
  output: 'one line an access; --json: {items}',
  async run({ values, json, terminal }) {
    const accesses = await (await openAsIs(values)).ssh.list();
    if (json) return terminal.printJson({ items: accesses.map(listedRecord) });
    for (const { id, status, user, publicKeyFingerprint, expiresAt } of accesses)
      terminal.print([id, status, user, publicKeyFingerprint, timestamp(expiresAt)].join('  '));
  },
});

export function listedRecord(access: SshAccess): Record<string, unknown> {
  return {
    access_id: access.id,
    sandbox_id: access.sandboxId,
    user: access.user,
    public_key_fingerprint: access.publicKeyFingerprint,
    status: access.status,
    created_at: timestamp(access.createdAt),
    expires_at: timestamp(access.expiresAt),
    revoked_at: timestamp(access.revokedAt),
    last_used_at: timestamp(access.lastUsedAt),
  };
}
