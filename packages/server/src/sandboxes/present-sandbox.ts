import type { NetworkPolicy, SandboxInfo } from '@nullspace/contract';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { AskedPool, Sandbox } from '../store/records.ts';

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
    ...presentCheckout(sandbox.warmPool),
  };
}

/** How the warm pool served that its create named; nothing while that is not known. */
function presentCheckout(asked: AskedPool | null): Pick<SandboxInfo, 'warm_pool_checkout'> {
  if (!asked || asked.hit === null) return {};
  const { id, mode, hit, waitedMs } = asked;
  const missed = mode === 'bypass' ? 'bypassed' : 'cold_create';
  const source = hit ? 'ready_instance' : missed;
  return { warm_pool_checkout: { source, hit, mode, wait_ms: waitedMs, ...(id === null ? {} : { id }) } };
}
