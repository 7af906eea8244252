import type { SandboxInfo as WireInfo } from '@nullspace/contract';
import { date } from '../client/date.ts';
import { readCheckout, type WireCheckout } from '../templates/pools/read-pool.ts';
import { readNetwork } from './network.ts';
import type { SandboxInfo } from './types.ts';

export function readSandboxInfo(wire: WireInfo): SandboxInfo {
  return {
    id: wire.id,
    status: wire.status,
    statusReason: wire.status_reason ?? undefined,
    statusMessage: wire.status_message ?? undefined,
    template: wire.template ?? '',
    config: readConfig(wire.config),
    metadata: wire.metadata ?? {},
    cwd: wire.cwd ?? undefined,
    network: wire.network ? readNetwork(wire.network) : undefined,
    internetAccess: wire.internet_access ?? undefined,
    createdAt: date(wire.created_at),
    startedAt: date(wire.started_at),
    endedAt: date(wire.ended_at),
    timeoutMs: wire.timeout_ms ?? undefined,
    timeoutAt: date(wire.timeout_at ?? wire.expires_at),
    timeoutAction: wire.timeout_action ?? undefined,
    snapshotId: wire.snapshot_id ?? undefined,
    trafficAccessToken: wire.traffic_access_token ?? undefined,
    warmPoolCheckout: readCheckout((wire as { warm_pool_checkout?: WireCheckout | null }).warm_pool_checkout),
  };
}

export function readConfig(wire: WireInfo['config']): SandboxInfo['config'] {
  return { vcpus: wire.vcpus, memoryMb: wire.memory_mb, diskMb: wire.disk_mb ?? undefined };
}
