import { isIdLike } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { WarmPool, WarmPoolAddress } from '../store/pools/warm-pool.ts';

/** @throws {ApiError} `warm_pool_not_found`, also for another tenant's. */
export async function findWarmPool(
  { store }: Pick<Context, 'store'>,
  address: WarmPoolAddress,
): Promise<WarmPool> {
  const pool = isIdLike(address.id) ? await store.getWarmPool(address) : undefined;
  if (!pool) throw unknownWarmPool(address.id);
  return pool;
}

export function unknownWarmPool(id: string): ApiError {
  const warm_pool_id = id.slice(0, 100);
  return new ApiError('warm_pool_not_found', { warm_pool_id }, { details: { warm_pool_id } });
}
