import type { host } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { commit } from '../instance/commit.ts';
import type { InstanceRecord } from '../instance/record.ts';
import { describeState } from '../operation-table.ts';
import { replaceLimits, requireShaping } from './limits.ts';
import { policyOf, readPolicy } from './policy.ts';

/**
 * Changes what a running instance may reach, and how fast. The journal comes first, so that a host that is killed in between puts the
 * new policy in force when it adopts the instance.
 *
 * @throws {HostError} `instance_not_found`, `instance_not_running`, `instance_paused`, `invalid_request`,
 * `bandwidth_unsupported`, `disk_full`
 */
export async function setNetworkPolicy(
  host: HostContext,
  request: host.SetNetworkPolicyRequest,
): Promise<InstanceRecord> {
  const asked = readPolicy(request, host.settings);
  const instance = host.registry.get(request.sandboxId);
  await requireShaping(host, asked);
  return await instance.operations.run(async () => {
    const { record, slot } = instance;
    if (record.state !== 'running' || !slot) throw describeState(record);
    const before = record.spec;
    const policy = { ...asked, ...replaceLimits(before, asked) };
    instance.record = { ...record, spec: { ...before, ...policy } };
    try {
      await commit(instance, host.changes);
      await host.network.setPolicy(slot, policyOf(policy));
    } catch (error) {
      // A limit may have been set: the next process makes sure that it stands no longer.
      instance.record = { ...instance.record, spec: { ...before, ...replaceLimits(policy, before) } };
      await commit(instance, host.changes);
      throw error;
    }
    return instance.published ?? instance.record;
  });
}
