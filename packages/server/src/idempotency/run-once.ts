import { createHash } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { IdempotencyClaim, StoredResponse } from '../store/records.ts';
import type { ClaimRecovery } from './claim-recovery.ts';

/** How long a repeated request gets the first answer. */
const KEEP_MS = 24 * 3600 * 1000;

export interface OnceRequest {
  tenantId: string;
  method: string;
  path: string;
  key: string;
  body: unknown;
}

/**
 * Runs a request once for its idempotency key; a repetition gets the stored answer. An answer that is an error is
 * not stored: the next request with the key is a new attempt.
 *
 * @throws {ApiError} `idempotency_conflict`, `transition_in_progress`, `transition_recovery_required`.
 */
export async function runOnce(
  context: Context,
  recovery: ClaimRecovery,
  request: OnceRequest,
  run: (claim: IdempotencyClaim) => Promise<StoredResponse>,
): Promise<{ response: StoredResponse; replayed: boolean }> {
  const { store, log } = context;
  const { body, ...scope } = request;
  const now = Date.now();
  const claimed = await store.claimIdempotencyKey({
    ...scope,
    bodyHash: createHash('sha256').update(JSON.stringify(body)).digest('hex'),
    now,
    expiresAt: now + KEEP_MS,
  });
  if (claimed.outcome === 'conflict') throw new ApiError('idempotency_conflict');
  if (claimed.outcome === 'done') return { response: claimed.response, replayed: true };
  if (claimed.outcome === 'in_progress') {
    const code = recovery.isRecovering(scope) ? 'transition_recovery_required' : 'transition_in_progress';
    throw new ApiError(code, {}, { retryAfterSecs: 1 });
  }
  try {
    const response = await run(claimed.claim);
    await store.finishIdempotencyKey(claimed.claim, response);
    return { response, replayed: false };
  } catch (error) {
    await store.releaseIdempotencyKey(claimed.claim).catch((releaseError: unknown) => {
      log.error({ err: releaseError }, 'an idempotency key was not released');
    });
    throw error;
  }
}
