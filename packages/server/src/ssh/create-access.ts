import type { NewSshAccess as WireAccess } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { notReady } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { CERTIFICATE_SUFFIX, signCertificate } from './keys/certificate.ts';
import { hashKey, parsePublicKey } from './keys/public-key.ts';
import { presentAccess } from './present-access.ts';
import type { SshRelay } from './relay.ts';

/** Accesses of one sandbox that are neither expired nor revoked. */
const MOST_ACCESSES = 1000;

interface Wish {
  public_key: string;
  expires_in_minutes: number;
  user?: string | null | undefined;
}

/**
 * Lets a key into a sandbox for a while. It is not resumed for that.
 *
 * @throws {ApiError} `ssh_disabled`, `invalid_request`, `sandbox_not_found`, `sandbox_not_ready`, `quota_exceeded`.
 */
export async function createAccess(
  context: Context,
  relay: SshRelay | undefined,
  { address, wish }: { address: SandboxAddress; wish: Wish },
): Promise<WireAccess> {
  if (!relay) throw new ApiError('ssh_disabled');
  const key = parsePublicKey(wish.public_key);
  const sandbox = await context.finder.read(address);
  if (sandbox.status !== 'running' && sandbox.status !== 'paused') throw notReady(sandbox);
  const id = makeId('ssh_access');
  const account = wish.user?.trim() || sandbox.defaultUser || 'root';
  const createdAt = Date.now();
  // Certificates hold whole seconds.
  const expiresAt = Math.ceil((createdAt + wish.expires_in_minutes * 60_000) / 1000) * 1000;
  const names = [...new Set([account, sandbox.id, id])];
  const certificate = signCertificate(relay.authority, key, { id, names, createdAt, expiresAt });
  const access = await context.store.insertSshAccess(
    {
      id,
      tenantId: sandbox.tenantId,
      sandboxId: sandbox.id,
      executionId: sandbox.executionId,
      account,
      publicKey: `${key.type} ${key.data.toString('base64')}`,
      keyHash: hashKey(key.data),
      certificateHash: hashKey(certificate),
      createdAt,
      expiresAt,
    },
    { max: MOST_ACCESSES },
  );
  if (!access) {
    const problem = `Sandbox ${sandbox.id} has ${MOST_ACCESSES} active SSH accesses, which is the most`;
    throw new ApiError('quota_exceeded', { problem }, { details: { limit: MOST_ACCESSES } });
  }
  const { host, port } = relay.address;
  return {
    ...presentAccess(access),
    host,
    port,
    host_key: relay.hostKey.line,
    certificate: `${key.type}${CERTIFICATE_SUFFIX} ${certificate.toString('base64')} ${id}`,
    command: `ssh -p ${port} ${sandbox.id}@${host}`,
  };
}
