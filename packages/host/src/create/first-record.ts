import type { HostContext } from '../context.ts';
import type { InstanceRecord } from '../instance/record.ts';
import type { CreateOrder } from './validate.ts';

/** An order that no pool served. */
export interface ColdOrder extends CreateOrder {
  /** How the pool that it asked for failed it; null: it asked for none. */
  missed: InstanceRecord['checkout'];
}

/** The record of an instance that is about to be made. */
export function firstRecord(host: HostContext, id: string, order: ColdOrder): InstanceRecord {
  return {
    version: 3,
    revision: 0,
    instance_id: id,
    sandbox_id: order.sandboxId,
    pool_id: '',
    checkout: order.missed,
    state: 'creating',
    reason: '',
    message: '',
    clean: false,
    forgotten: false,
    spec: order.spec,
    timeout_ms: order.timeoutMs,
    slot: null,
    agent_address: '',
    agent_token: '',
    boot_id: host.machine.bootId,
    created_unix_ms: Date.now(),
    started_unix_ms: 0,
    deadline_unix_ms: 0,
    deadline_action: order.deadlineAction,
    ended_unix_ms: 0,
    pause_snapshot_id: order.pauseSnapshotId,
    from_snapshot_id: order.snapshot?.snapshot_id ?? '',
    pause_snapshot: null,
    remaining_ms: 0,
    refusal: null,
    phases: { queue_ms: 0, slot_ms: 0, engine_ms: 0, agent_ms: 0, configure_ms: 0 },
  };
}
