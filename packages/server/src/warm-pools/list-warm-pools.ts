import {
  limits,
  type WarmPool as WarmPoolBody,
  type WarmPoolCount,
  type WarmPoolState,
} from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import { presentWarmPool } from './present-warm-pool.ts';

export interface ListQuery {
  template?: string | undefined;
  state?: WarmPoolState | 'deleted' | undefined;
  label?: string[] | undefined;
  status?: WarmPoolCount | undefined;
  limit?: number | undefined;
}

/** Pools of a tenant, oldest first. */
export async function listWarmPools(
  { store, warmPools }: Context,
  { tenantId, query }: { tenantId: string; query: ListQuery },
): Promise<{ items: WarmPoolBody[] }> {
  const found = (await store.listWarmPools({ tenantId })).filter((pool) => matches(pool, query));
  const statuses = await warmPools.statuses();
  const { status, limit = limits.list_limit_default } = query;
  const items = found
    .map((pool) => presentWarmPool(pool, { statuses, resolved: warmPools.resolvedOf(pool) }))
    .filter((pool) => status === undefined || pool.status[status] > 0);
  return { items: items.slice(0, limit) };
}

function matches(pool: WarmPool, { template, state, label = [] }: ListQuery): boolean {
  const { labels } = pool.settings;
  return (
    (template === undefined || pool.templateRef === template) &&
    (state === undefined || pool.state === state) &&
    label.every((pair) => {
      const cut = pair.indexOf('=');
      return labels[pair.slice(0, cut)] === pair.slice(cut + 1);
    })
  );
}
