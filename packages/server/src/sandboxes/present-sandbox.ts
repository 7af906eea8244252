import type { NetworkPolicy, SandboxInfo } from '@nullspace/contract';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Sandbox } from '../store/records.ts';

const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** A record as the API shows it. Environment variables are secrets and never shown. */
export function presentSandbox(sandbox: Sandbox): SandboxInfo {
  const deadline = time(sandbox.deadlineAt);
  return {
    id: sandbox.id,
    status: sandbox.status,
    status_reason: sandbox.reason,
    status_message: sandbox.message,
    template: sandbox.template,
    config: { vcpus: sandbox.vcpus, memory_mb: sandbox.memoryMb, disk_mb: sandbox.diskMb },
    metadata: sandbox.metadata,
    cwd: sandbox.cwd,
    network: sandbox.network as NetworkPolicy | null,
    internet_access: sandbox.internetAccess,
    created_at: new Date(sandbox.createdAt).toISOString(),
    started_at: time(sandbox.startedAt),
    ended_at: time(sandbox.endedAt),
    timeout_ms: sandbox.timeoutMs,
    timeout_at: deadline,
    expires_at: deadline,
    timeout_action: sandbox.timeoutAction,
    snapshot_id: sandbox.status === 'paused' ? pauseSnapshotId(sandbox.id) : null,
    traffic_access_token: sandbox.trafficToken,
  };
}
