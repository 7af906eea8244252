import type { HostContext } from '../context.ts';
import type { InstanceRecord } from '../instance/record.ts';

/** The record of an ended instance of which the journal kept no more than the sandbox. */
export function lostRecord(host: HostContext, options: { id: string; sandboxId: string }): InstanceRecord {
  const now = Date.now();
  return {
    version: 3,
    revision: now,
    instance_id: options.id,
    sandbox_id: options.sandboxId,
    pool_id: '',
    checkout: null,
    state: 'error',
    reason: 'host_lost',
    message: 'its journal was corrupted',
    clean: false,
    forgotten: false,
    spec: {
      image: '',
      vcpus: 0,
      memory_mb: 0,
      disk_mb: 0,
      env: {},
      image_env: {},
      cwd: '',
      internet_access: false,
      allow_out: [],
      allow_names: [],
      deny_out: [],
      upload_mbps: null,
      download_mbps: null,
      process_limit: 0,
      hostname: '',
    },
    timeout_ms: 0,
    slot: null,
    agent_address: '',
    agent_token: '',
    boot_id: host.machine.bootId,
    created_unix_ms: now,
    started_unix_ms: 0,
    deadline_unix_ms: 0,
    deadline_action: 'destroy',
    ended_unix_ms: now,
    pause_snapshot_id: '',
    from_snapshot_id: '',
    pause_snapshot: null,
    remaining_ms: 0,
    refusal: null,
    phases: { queue_ms: 0, slot_ms: 0, engine_ms: 0, agent_ms: 0, configure_ms: 0 },
  };
}
