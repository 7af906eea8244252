import type { ExecResult, FileInfo, SandboxInfo, SnapshotDetail } from '@nullspace/contract';

/** A sandbox as the server describes it. */
export function sandboxRecord(changes: Partial<SandboxInfo> = {}): SandboxInfo {
  return {
    id: 'sb_1',
    status: 'running',
    status_reason: null,
    status_message: null,
    template: 'base',
    config: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
    metadata: { project: 'docs' },
    cwd: '/workspace',
    network: null,
    internet_access: true,
    created_at: '2026-03-10T12:00:00.000Z',
    started_at: '2026-03-10T12:00:01.000Z',
    ended_at: null,
    timeout_ms: 300_000,
    timeout_at: '2026-03-10T12:05:01.000Z',
    expires_at: '2026-03-10T12:05:01.000Z',
    timeout_action: 'destroy',
    snapshot_id: null,
    traffic_access_token: null,
    ...changes,
  };
}

/** The answer to a one-shot command. */
export function execRecord(changes: Partial<ExecResult> = {}): ExecResult {
  return {
    exit_code: 0,
    stdout: '',
    stderr: '',
    pid: 7,
    stdout_truncated: false,
    stderr_truncated: false,
    timed_out: false,
    killed_by: null,
    spawn_us: 900,
    run_us: 1500,
    ...changes,
  };
}

/** A snapshot as the server describes it to those who ask for every field. */
export function snapshotRecord(changes: Partial<SnapshotDetail> = {}): SnapshotDetail {
  return {
    id: 'snap_1',
    sandbox_id: 'sb_1',
    size_bytes: 9_000_000,
    created_at: '2026-03-10T12:01:00.000Z',
    metadata: {},
    kind: 'memory',
    status: 'ready',
    status_message: null,
    created_via: 'snapshot',
    template: 'base',
    config: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
    ...changes,
  };
}

/** A lifecycle event as the server describes it. */
export function eventRecord(id: string, changes: object = {}) {
  return {
    id,
    occurred_at: '2026-03-10T12:00:01.000Z',
    audience: 'customer',
    operation: 'create',
    status: 'succeeded',
    actor_kind: 'user',
    sandbox_id: 'sb_1',
    ...changes,
  };
}

/** A file as the server describes it. */
export function fileRecord(changes: Partial<FileInfo> = {}): FileInfo {
  return {
    name: 'a.txt',
    path: '/workspace/a.txt',
    is_dir: false,
    size: 3,
    type: 'file',
    mode: '-rw-r--r--',
    permissions: '0644',
    owner: 'root',
    group: 'root',
    modified_time: '2026-03-10T12:00:00.000Z',
    symlink_target: null,
    ...changes,
  };
}
