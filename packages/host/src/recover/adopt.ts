import { describeFailure } from '../agent/describe-failure.ts';
import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import { watchGuard } from '../guard/watch-guard.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { readRefusals } from '../network/kept-refusals.ts';
import { policyOf } from '../network/policy.ts';
import { watchAgent } from '../watch/watch-agent.ts';
import { watchEngine } from '../watch/watch-engine.ts';

/** Takes over an instance that runs, but for its deadline. */
export async function adopt(host: HostContext, instance: TrackedInstance): Promise<void> {
  const { spec, slot } = instance.record;
  host.reservations.take(instance.id, { vcpus: spec.vcpus, memoryMb: spec.memory_mb });
  try {
    if (slot === null) throw new Error('its journal names no slot');
    const refusals = await readRefusals(instance.folder).catch((error) => {
      host.log.warn({ err: error, instance_id: instance.id }, 'its log of refusals begins anew');
      return undefined;
    });
    instance.slot = await host.network.adopt(slot, policyOf(spec), refusals);
  } catch (error) {
    const message = `its network could not be taken over: ${describeFailure(error)}`;
    void finish(host, instance, { state: 'error', reason: 'host_lost', message });
    return;
  }
  watchEngine(host, instance);
  watchAgent(host, instance);
  watchGuard(host, instance);
}
