import type { CreateSandboxBody } from '@nullspace/contract';
import { readHostError } from '@nullspace/host';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import type { AskedPool } from '../store/records.ts';
import { findWarmPool } from './find-warm-pool.ts';

/** What a create asks of warm pools. */
export interface PoolRequest {
  /** As the record keeps it; null: it says nothing of them. */
  asked: AskedPool | null;
  /** Undefined: none is to be asked. */
  pool: WarmPool | undefined;
  waitMs: number;
  /** When it was asked for, of `performance.now`: from then on its wait is counted. */
  askedAt: number;
}

/** What a refusal takes on its way back to the caller, and each of those that are to be told at the same moment. */
const WAY_BACK_MS = 5;
const REFUSAL_MS = 0.5;
/** Nobody is told earlier than this that the wait was in vain. */
const EARLIEST_MS = 45;

/**
 * What is left of its wait for the host. Those who wait beside `others` are told one shortly after the other, from a
 * little before their wait is over, since a hundred answers at the same moment would take until long after it.
 */
export function waitLeft(
  { waitMs, askedAt }: Pick<PoolRequest, 'waitMs' | 'askedAt'>,
  { others }: { others: number },
): number {
  const wayBack = Math.min(WAY_BACK_MS + others * REFUSAL_MS, EARLIEST_MS, waitMs / 6);
  return Math.max(0, Math.round(waitMs - wayBack - (performance.now() - askedAt)));
}

/**
 * Reads which pool a create asks, and how.
 *
 * @throws {ApiError} `warm_pool_not_found`; `conflict` for a snapshot that only a ready sandbox may serve.
 */
export async function readPoolRequest(
  context: Context,
  { tenantId, body, askedAt }: { tenantId: string; body: CreateSandboxBody; askedAt: number },
): Promise<PoolRequest> {
  const { warm_pool: wanted, snapshot_id } = body;
  if (!wanted) return { asked: null, pool: undefined, waitMs: 0, askedAt };
  const { id, wait_ms: waitMs = 0 } = wanted;
  const found = id === undefined ? undefined : await findWarmPool(context, { tenantId, id });
  const mode = wanted.mode ?? found?.settings.checkoutPolicy ?? 'bypass';
  const asked: AskedPool = { id: id ?? null, mode, hit: null, waitedMs: 0 };
  if (mode === 'bypass') return { asked: { ...asked, hit: false }, pool: undefined, waitMs, askedAt };
  if (snapshot_id === undefined) return { asked, pool: found, waitMs, askedAt };
  if (mode === 'require') {
    throw new ApiError('conflict', {
      problem: `Warm pool ${id} has no sandboxes of snapshot ${snapshot_id}; leave warm_pool out`,
    });
  }
  return { asked: { ...asked, hit: false }, pool: undefined, waitMs, askedAt };
}

/** Why a pool that had to serve a create did not. Undefined: it is about something else. */
export function toPoolFailure(error: unknown, { asked, waitMs, askedAt }: PoolRequest): ApiError | undefined {
  const refusal = readHostError(error);
  const id = asked?.id ?? '';
  if (refusal?.code === 'pool_mismatch') {
    // The host has a name of its own for it.
    const problem = `Warm pool ${id} does not fit: ${refusal.message.replace(/^pool \S+ /, 'it ')}`;
    return new ApiError('conflict', { problem }, { details: { warm_pool_id: id }, cause: refusal });
  }
  if (refusal?.code === 'no_ready_instance' || refusal?.code === 'pool_not_found') {
    const waited_ms = Math.round(performance.now() - askedAt);
    return new ApiError(
      'warm_pool_unavailable',
      { warm_pool_id: id, wait_ms: String(waitMs) },
      { details: { warm_pool_id: id, wait_ms: waitMs, waited_ms }, cause: refusal },
    );
  }
  return undefined;
}
