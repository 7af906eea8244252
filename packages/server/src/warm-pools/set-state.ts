import type { Context } from '../context.ts';
import type { WarmPool, WarmPoolAddress, WarmPoolChange } from '../store/pools/warm-pool.ts';
import { unknownWarmPool } from './find-warm-pool.ts';

/** Enables, disables or drains a pool. Repeating it is harmless. */
export async function setState(
  { store, settings }: Context,
  address: WarmPoolAddress,
  state: WarmPool['state'],
): Promise<WarmPool> {
  const now = Date.now();
  const changes: Record<WarmPool['state'], WarmPoolChange> = {
    enabled: { state, enabledAt: now, drainRequestedAt: null },
    disabled: { state, disabledAt: now },
    draining: { state, drainRequestedAt: now },
  };
  const options = { change: changes[state], now, maxReady: settings.tenant_max_ready };
  const result = await store.updateWarmPool(address, options);
  if (result?.outcome !== 'done') throw unknownWarmPool(address.id);
  return result.pool;
}
