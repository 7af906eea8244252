import { date } from '../../client/date.ts';
import type { WarmPoolCheckout, WarmPoolInfo, WarmPoolSettings } from './types.ts';

/** A pool as the API tells of it; fields that may be missing are read with a default. */
export interface WirePool {
  id: string;
  name?: string;
  template_ref?: string;
  resolved_template?: string;
  resolved_template_build_id?: string;
  state?: WarmPoolInfo['state'];
  min_ready?: number;
  max_ready?: number;
  resources?: { vcpus?: number; memory_mb?: number; disk_mb?: number | null };
  status?: Partial<WarmPoolInfo['status']>;
  degraded_reason?: string | null;
  checkout_policy?: WarmPoolInfo['checkoutPolicy'];
  version_policy?: WarmPoolInfo['versionPolicy'];
  track_tag?: string | null;
  idle_timeout_seconds?: number | null;
  stale_after_seconds?: number | null;
  rollout_status?: Record<string, unknown> | null;
  rollout_generation?: number | null;
  labels?: Record<string, string>;
  metadata?: Record<string, unknown>;
  created_at?: string | null;
  updated_at?: string | null;
  enabled_at?: string | null;
  disabled_at?: string | null;
  drain_requested_at?: string | null;
  last_reconciled_at?: string | null;
}

export function readPool(wire: WirePool): WarmPoolInfo {
  const minReady = wire.min_ready ?? 0;
  return {
    id: wire.id,
    name: wire.name ?? '',
    templateRef: wire.template_ref ?? '',
    resolvedTemplate: wire.resolved_template ?? undefined,
    resolvedTemplateBuildId: wire.resolved_template_build_id ?? undefined,
    state: wire.state ?? 'disabled',
    minReady,
    maxReady: wire.max_ready ?? 0,
    resources: {
      vcpus: wire.resources?.vcpus ?? 0,
      memoryMb: wire.resources?.memory_mb ?? 0,
      diskMb: wire.resources?.disk_mb ?? undefined,
    },
    status: { target: minReady, ...noInstances, ...wire.status },
    degradedReason: wire.degraded_reason ?? undefined,
    checkoutPolicy: wire.checkout_policy ?? 'prefer',
    versionPolicy: wire.version_policy ?? 'pinned_build',
    trackTag: wire.track_tag ?? undefined,
    idleTimeoutSeconds: wire.idle_timeout_seconds ?? undefined,
    staleAfterSeconds: wire.stale_after_seconds ?? undefined,
    rolloutStatus: wire.rollout_status ?? undefined,
    rolloutGeneration: wire.rollout_generation ?? undefined,
    labels: wire.labels ?? {},
    metadata: wire.metadata ?? {},
    createdAt: date(wire.created_at),
    updatedAt: date(wire.updated_at),
    enabledAt: date(wire.enabled_at),
    disabledAt: date(wire.disabled_at),
    drainRequestedAt: date(wire.drain_requested_at),
    lastReconciledAt: date(wire.last_reconciled_at),
  };
}

const noInstances = {
  ready: 0,
  warming: 0,
  claimed: 0,
  draining: 0,
  failed: 0,
  expired: 0,
  unavailable: 0,
};

/** Settings on the wire. A size is sent whole: what is not given is as `before`. */
export function writePool(
  settings: Partial<WarmPoolSettings>,
  before?: WarmPoolInfo['resources'],
): Record<string, unknown> {
  const { vcpus, memoryMb, diskMb = before?.diskMb } = settings;
  const sized = vcpus !== undefined || memoryMb !== undefined || settings.diskMb !== undefined;
  return {
    template_ref: settings.template,
    name: settings.name,
    min_ready: settings.minReady,
    max_ready: settings.maxReady,
    idle_timeout_seconds: settings.idleTimeoutSeconds,
    stale_after_seconds: settings.staleAfterSeconds,
    checkout_policy: settings.checkoutPolicy,
    version_policy: settings.versionPolicy,
    track_tag: settings.trackTag,
    labels: settings.labels,
    metadata: settings.metadata,
    ...(sized || before === undefined
      ? {
          resources: {
            vcpus: vcpus ?? before?.vcpus ?? 2,
            memory_mb: memoryMb ?? before?.memoryMb ?? 512,
            ...(diskMb === undefined ? {} : { disk_mb: diskMb }),
          },
        }
      : {}),
  };
}

/** How a create was served, as the API tells of it. */
export interface WireCheckout {
  source: WarmPoolCheckout['source'];
  hit: boolean;
  id?: string | null;
  mode?: WarmPoolCheckout['mode'] | null;
  wait_ms?: number | null;
}

export function readCheckout(wire: WireCheckout | null | undefined): WarmPoolCheckout | undefined {
  if (!wire) return undefined;
  const { source, hit, id, mode, wait_ms } = wire;
  return { source, hit, id: id ?? undefined, mode: mode ?? undefined, waitMs: wait_ms ?? undefined };
}
