import { create } from '@bufbuild/protobuf';
import { host } from '@nullspace/proto';
import type { InstanceRecord } from './record.ts';

const states = {
  creating: host.State.CREATING,
  running: host.State.RUNNING,
  destroyed: host.State.DESTROYED,
  error: host.State.ERROR,
};

/** A record as clients see it. */
export function presentInstance(record: InstanceRecord): host.Instance {
  const { spec, phases } = record;
  return create(host.InstanceSchema, {
    instanceId: record.instance_id,
    sandboxId: record.sandbox_id,
    state: states[record.state],
    reason: record.reason,
    message: record.message,
    spec: {
      image: spec.image,
      vcpus: spec.vcpus,
      memoryMb: spec.memory_mb,
      diskMb: spec.disk_mb,
      env: spec.env,
      cwd: spec.cwd,
      internetAccess: spec.internet_access,
      processLimit: spec.process_limit,
      hostname: spec.hostname,
    },
    agentAddress: record.agent_address,
    agentToken: record.agent_token,
    createdUnixMs: BigInt(record.created_unix_ms),
    startedUnixMs: BigInt(record.started_unix_ms),
    deadlineUnixMs: BigInt(record.deadline_unix_ms),
    endedUnixMs: BigInt(record.ended_unix_ms),
    phases: {
      queueMs: phases.queue_ms,
      slotMs: phases.slot_ms,
      engineMs: phases.engine_ms,
      agentMs: phases.agent_ms,
      configureMs: phases.configure_ms,
    },
  });
}
