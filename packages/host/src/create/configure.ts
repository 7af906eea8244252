import { describeFailure } from '../agent/describe-failure.ts';
import type { HostContext } from '../context.ts';
import { makeMachineId } from '../instance/ids.ts';
import type { InstanceSpec } from '../instance/spec.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { withDeadline } from '../with-deadline.ts';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What commands find in their environment when the image says nothing of it. */
const defaultImageEnv = { PATH: path, LANG: 'C.UTF-8' };

/** Tells the agent of an instance what it is, and replaces its token. */
export async function configure(
  host: HostContext,
  instance: TrackedInstance,
  options: {
    spec: InstanceSpec;
    address: string;
    /** The token that the agent has, and the one that it gets. */
    tokens: { now: string; next: string };
    /**
     * Whether it was `started`, was `restored`, so that its processes have to learn that they are copies, or is made a
     * sandbox's: then it has all that does not depend on the sandbox.
     */
    after: 'start' | 'restore' | 'checkout';
    timeoutMs: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const { spec, address, tokens, after, timeoutMs, signal } = options;
  const configuring = host.agents.configure(
    { address, token: tokens.now, line: instance.line },
    {
      env: spec.env,
      imageEnv: Object.keys(spec.image_env).length > 0 ? { PATH: path, ...spec.image_env } : defaultImageEnv,
      cwd: spec.cwd,
      hostname: spec.hostname,
      machine:
        after === 'checkout'
          ? undefined
          : { machineId: makeMachineId(), nameservers: host.network.nameservers },
      processLimit: spec.process_limit,
      memoryLimitBytes: spec.memory_mb * 1024 * 1024,
      restored: after === 'restore',
      token: tokens.next,
    },
    { timeoutMs, signal },
  );
  const { hookFailures } = await withDeadline(configuring, {
    what: 'configuring the agent',
    ms: timeoutMs,
    signal,
  });
  for (const { name, message } of hookFailures) {
    const hook = { hook: describeFailure(name), problem: describeFailure(message) };
    host.log.warn({ instance_id: instance.id, sandbox_id: instance.sandboxId, ...hook }, 'hook failed');
  }
}
