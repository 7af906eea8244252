import type { PreviewTransport } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import type { Grant } from '../store/previews/preview.ts';
import type { Sandbox } from '../store/records.ts';

const DEFAULT_LIFETIME_MS = 3600 * 1000;
/** A grant of the past that has at least this left is given again. */
const WORTH_MS = 60_000;
/** Grants of one sandbox that are neither expired nor revoked. */
const MAX_GRANTS = 1000;

/** Makes a grant for a port of a sandbox. It never outlives a sandbox whose deadline destroys it. */
export async function makeGrant(
  { store }: Context,
  sandbox: Sandbox,
  wish: { port: number; lifetimeMs?: number; authMode: Grant['authMode']; transports: PreviewTransport[] },
): Promise<Grant> {
  const now = Date.now();
  const end =
    sandbox.timeoutAction === 'destroy'
      ? (sandbox.deadlineAt ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
  const wanted = Math.min(now + (wish.lifetimeMs ?? DEFAULT_LIFETIME_MS), Math.max(end, now + 1000));
  const grant = await store.insertGrant(
    {
      id: makeId('preview_grant'),
      tenantId: sandbox.tenantId,
      sandboxId: sandbox.id,
      executionId: sandbox.executionId,
      port: wish.port,
      authMode: wish.authMode,
      transports: wish.transports,
      createdAt: now,
      // Tokens hold whole seconds.
      expiresAt: Math.ceil(wanted / 1000) * 1000,
    },
    { maxGrants: MAX_GRANTS },
  );
  if (grant) return grant;
  throw new ApiError(
    'quota_exceeded',
    { problem: `Sandbox ${sandbox.id} has ${MAX_GRANTS} active preview grants, which is the most` },
    { details: { limit: MAX_GRANTS } },
  );
}

/** The newest grant of a port that comes by the address and still lasts a while, or a new one. */
export async function currentGrant(context: Context, sandbox: Sandbox, port: number): Promise<Grant> {
  const grants = await context.store.listGrants({ executionId: sandbox.executionId, port });
  const usable = grants.find(
    ({ authMode, revokedAt, expiresAt }) =>
      authMode === 'direct' && revokedAt === null && expiresAt > Date.now() + WORTH_MS,
  );
  return (
    usable ??
    (await makeGrant(context, sandbox, { port, authMode: 'direct', transports: ['http', 'websocket'] }))
  );
}
