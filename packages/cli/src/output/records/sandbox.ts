import type { SandboxInfo } from 'nullspace';
import { snakeCase } from './snake-case.ts';

/** A sandbox as the CLI prints it in JSON: the API's names, without the traffic token. */
export function sandboxRecord(info: SandboxInfo): Record<string, unknown> {
  const { config, network } = info;
  return {
    id: info.id,
    status: info.status,
    template: info.template,
    config: { vcpus: config.vcpus, memory_mb: config.memoryMb, disk_mb: config.diskMb },
    metadata: info.metadata,
    started_at: timestamp(info.startedAt),
    created_at: timestamp(info.createdAt),
    timeout_ms: info.timeoutMs ?? null,
    timeout_at: timestamp(info.timeoutAt),
    expires_at: timestamp(info.timeoutAt),
    timeout_action: info.timeoutAction ?? null,
    snapshot_id: info.snapshotId ?? null,
    ...(info.cwd !== undefined && { cwd: info.cwd }),
    ...(info.internetAccess !== undefined && { internet_access: info.internetAccess }),
    ...(network && {
      network: {
        allow_public_traffic: network.allowPublicTraffic,
        mask_request_host: network.maskRequestHost,
        deny_out: network.denyOut,
        allow_out: network.allowOut,
        ...(network.bandwidth && { bandwidth: snakeCase({ ...network.bandwidth }) }),
      },
    }),
    ...(info.warmPoolCheckout && { warm_pool_checkout: snakeCase(info.warmPoolCheckout) }),
    ...(info.endedAt && { ended_at: timestamp(info.endedAt) }),
    ...(info.statusReason !== undefined && { status_reason: info.statusReason }),
    ...(info.statusMessage !== undefined && { status_message: info.statusMessage }),
  };
}

/** ISO 8601 in UTC, or null. */
export function timestamp(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}
