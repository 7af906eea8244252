import type { WarmPoolRow } from '../schema.ts';
import type { WarmPool, WarmPoolChange } from './warm-pool.ts';

export function toWarmPool(row: WarmPoolRow): WarmPool {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    hostPoolId: row.host_pool_id,
    name: row.name,
    state: row.state,
    templateRef: row.template_ref,
    templateId: row.template_id,
    maxReady: row.max_ready,
    settings: JSON.parse(row.settings),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    enabledAt: row.enabled_at,
    disabledAt: row.disabled_at,
    drainRequestedAt: row.drain_requested_at,
  };
}

export function toWarmPoolRow(pool: WarmPool): WarmPoolRow {
  return {
    tenant_id: pool.tenantId,
    id: pool.id,
    host_pool_id: pool.hostPoolId,
    name: pool.name,
    state: pool.state,
    template_ref: pool.templateRef,
    template_id: pool.templateId,
    max_ready: pool.maxReady,
    settings: JSON.stringify(pool.settings),
    created_at: pool.createdAt,
    updated_at: pool.updatedAt,
    enabled_at: pool.enabledAt,
    disabled_at: pool.disabledAt,
    drain_requested_at: pool.drainRequestedAt,
  };
}

export function applyChange(pool: WarmPool, change: WarmPoolChange, now: number): WarmPool {
  const told = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...pool, ...told, updatedAt: now };
}
