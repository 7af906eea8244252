import { create } from '@bufbuild/protobuf';
import { host } from '@nullspace/proto';
import { presentSnapshot } from '../snapshots/present.ts';
import { presentSpec } from './present-spec.ts';
import type { InstanceRecord } from './record.ts';

const states = {
  creating: host.State.CREATING,
  running: host.State.RUNNING,
  paused: host.State.PAUSED,
  destroyed: host.State.DESTROYED,
  error: host.State.ERROR,
};

const actions = {
  destroy: host.DeadlineAction.DESTROY,
  pause: host.DeadlineAction.PAUSE,
};

/** A record as clients see it. */
export function presentInstance(record: InstanceRecord): host.Instance {
  const { spec, phases, checkout, pause_snapshot: snapshot } = record;
  return create(host.InstanceSchema, {
    instanceId: record.instance_id,
    sandboxId: record.sandbox_id,
    state: states[record.state],
    reason: record.reason,
    message: record.message,
    spec: presentSpec(spec),
    agentAddress: record.agent_address,
    agentToken: record.agent_token,
    createdUnixMs: BigInt(record.created_unix_ms),
    startedUnixMs: BigInt(record.started_unix_ms),
    deadlineUnixMs: BigInt(record.deadline_unix_ms),
    deadlineAction: actions[record.deadline_action],
    remainingMs: BigInt(record.remaining_ms),
    pauseSnapshotId: record.pause_snapshot_id,
    fromSnapshotId: record.from_snapshot_id,
    pauseSnapshot: snapshot ? presentSnapshot(snapshot) : undefined,
    checkout: checkout ? { hit: checkout.hit, waitedMs: checkout.waited_ms } : undefined,
    revision: BigInt(record.revision),
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
