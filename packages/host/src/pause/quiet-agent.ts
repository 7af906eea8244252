import type { HostContext } from '../context.ts';
import { isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/**
 * Has the agent tell those who follow commands that the sandbox is being paused, and refuse new calls. An agent that
 * does not answer holds up no pause: what it would have told, the server tells when it hears of the pause.
 */
export async function quietAgent(
  host: HostContext,
  instance: TrackedInstance,
  reason: string,
): Promise<void> {
  const { id: instance_id, sandboxId: sandbox_id, record } = instance;
  const agent = { address: record.agent_address, token: record.agent_token };
  await host.agents.freeze(agent, { reason, timeoutMs: host.timing.quietMs }).catch((error) => {
    host.log.warn({ instance_id, sandbox_id, err: error }, 'the agent did not come to rest');
  });
}

/** Lets the agent take calls again after a pause that failed. */
export async function wakeAgent(host: HostContext, { record }: TrackedInstance): Promise<void> {
  if (isFinal(record)) return;
  const agent = { address: record.agent_address, token: record.agent_token };
  await host.agents.thaw(agent, { timeoutMs: host.timing.quietMs });
}
