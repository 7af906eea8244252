import type { NewSandbox, Sandbox } from './records.ts';
import type { SandboxRow } from './schema.ts';

export function toSandbox(row: SandboxRow): Sandbox {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    hostId: row.host_id,
    template: row.template,
    image: row.image,
    status: row.status,
    vcpus: row.vcpus,
    memoryMb: row.memory_mb,
    diskMb: row.disk_mb,
    cwd: row.cwd,
    envs: JSON.parse(row.envs),
    metadata: JSON.parse(row.metadata),
    network: JSON.parse(row.network),
    internetAccess: row.internet_access === 1,
    timeoutMs: row.timeout_ms,
    timeoutAction: row.timeout_action,
    deadlineAt: row.deadline_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    reason: row.reason,
    message: row.message,
    phases: row.phases === null ? null : JSON.parse(row.phases),
    revision: row.revision,
  };
}

export function toSandboxRow(sandbox: NewSandbox): SandboxRow {
  return {
    id: sandbox.id,
    tenant_id: sandbox.tenantId,
    host_id: sandbox.hostId ?? null,
    template: sandbox.template,
    image: sandbox.image,
    status: sandbox.status ?? 'creating',
    vcpus: sandbox.vcpus,
    memory_mb: sandbox.memoryMb,
    disk_mb: sandbox.diskMb,
    cwd: sandbox.cwd,
    envs: JSON.stringify(sandbox.envs),
    metadata: JSON.stringify(sandbox.metadata),
    network: JSON.stringify(sandbox.network),
    internet_access: sandbox.internetAccess ? 1 : 0,
    timeout_ms: sandbox.timeoutMs,
    timeout_action: sandbox.timeoutAction,
    deadline_at: sandbox.deadlineAt ?? null,
    created_at: sandbox.createdAt,
    started_at: sandbox.startedAt ?? null,
    ended_at: sandbox.endedAt ?? null,
    reason: sandbox.reason ?? null,
    message: sandbox.message ?? null,
    phases: sandbox.phases ? JSON.stringify(sandbox.phases) : null,
    revision: sandbox.revision ?? 0,
  };
}
