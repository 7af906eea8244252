import { readHostError } from '@nullspace/host';
import { host } from '@nullspace/proto';
import type { Context } from '../context.ts';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import { type PoolRequest, waitLeft } from './ask-pool.ts';

type Checkout = { poolId: string; mode: host.CheckoutMode; waitMs: number };
type Create = (checkout: Checkout | undefined) => Promise<host.Instance>;

const { PREFER, REQUIRE, BYPASS } = host.CheckoutMode;
const bypass: Checkout = { poolId: '', mode: BYPASS, waitMs: 0 };

/**
 * Has the host serve a create by the pool that it asks, if it asks one. A host that does not know the pool yet, since it
 * has just started, is told of it.
 */
export async function createFromPool(
  { warmPools }: Pick<Context, 'warmPools'>,
  request: PoolRequest,
  create: Create,
): Promise<host.Instance> {
  const { asked, pool } = request;
  if (!pool) return create(asked ? bypass : undefined);
  // With `prefer` a start follows the wait, and no refusal.
  if (asked?.mode !== 'require') return askHost(warmPools, { request, pool, create, others: 0 });
  const others = warmPools.waiting;
  warmPools.waiting += 1;
  try {
    return await askHost(warmPools, { request, pool, create, others });
  } finally {
    warmPools.waiting -= 1;
  }
}

async function askHost(
  warmPools: Pick<Context['warmPools'], 'tell'>,
  { request, pool, create, others }: { request: PoolRequest; pool: WarmPool; create: Create; others: number },
): Promise<host.Instance> {
  const mode = request.asked?.mode === 'require' ? REQUIRE : PREFER;
  const checkout = () => ({ poolId: pool.hostPoolId, mode, waitMs: waitLeft(request, { others }) });
  try {
    return await create(checkout());
  } catch (error) {
    if (!isUnknownPool(error)) throw error;
  }
  await warmPools.tell();
  try {
    return await create(checkout());
  } catch (error) {
    // What it was made for is gone.
    if (!isUnknownPool(error) || mode === REQUIRE) throw error;
    const instance = await create(bypass);
    return {
      ...instance,
      checkout: { $typeName: 'nullspace.host.v1.CheckoutResult', hit: false, waitedMs: 0 },
    };
  }
}

function isUnknownPool(error: unknown): boolean {
  return readHostError(error)?.code === 'pool_not_found';
}
