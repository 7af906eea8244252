import { describeFailure } from '../agent/describe-failure.ts';
import type { HostContext } from '../context.ts';
import { configure } from '../create/configure.ts';
import { describeEnd } from '../create/describe-end.ts';
import { isFolderRefused, isRefusal } from '../create/refuse-folder.ts';
import type { CreateOrder } from '../create/validate.ts';
import { setDeadlineTimer } from '../deadline/deadline-timer.ts';
import { finish } from '../end/finish.ts';
import { HostError } from '../errors.ts';
import { watchGuard } from '../guard/watch-guard.ts';
import { commit } from '../instance/commit.ts';
import { makeAgentToken } from '../instance/ids.ts';
import { isFinal } from '../instance/record.ts';
import type { InstanceSpec } from '../instance/spec.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { isSamePolicy, policyOf } from '../network/policy.ts';
import { perform } from '../perform.ts';
import { shuttingDown } from '../shutting-down.ts';

interface Claim {
  order: CreateOrder;
  waitedMs: number;
}

/**
 * Makes a ready instance the sandbox of an order. Until its journal says so it is nobody's, and a host that is killed
 * before that ends it at its next start. False: it was lost, and nothing of it stays.
 *
 * @throws {HostError} `start_failed` when its agent refuses what it is to be, `invalid_request` for its working directory.
 */
export async function checkOut(host: HostContext, instance: TrackedInstance, claim: Claim): Promise<boolean> {
  host.network.putOff();
  const checkingOut = instance.operations.run(() => become(host, instance, claim));
  instance.created = checkingOut;
  try {
    await checkingOut;
    return true;
  } catch (error) {
    if (host.closing.signal.aborted && !isFinal(instance.record)) throw shuttingDown(error);
    const message = describeFailure(error);
    void finish(host, instance, { state: 'error', reason: 'start_failed', message });
    await instance.finished;
    if (instance.sandboxId) throw describeEnd(instance, error);
    if (!isRefusal(error)) return false;
    const { sandboxId, spec } = claim.order;
    const problem = `sandbox ${sandboxId} did not start: ${message}`;
    if (isFolderRefused(error, spec.cwd))
      throw new HostError('invalid_request', problem, { field: 'spec.cwd', cause: error });
    throw new HostError('start_failed', problem, { cause: error });
  }
}

async function become(host: HostContext, instance: TrackedInstance, claim: Claim): Promise<void> {
  const { spec } = claim.order;
  const signal = AbortSignal.any([instance.ended.signal, host.closing.signal]);
  const token = makeAgentToken();
  const { agent_address: address, agent_token: now } = instance.record;
  const from = performance.now();
  await perform(host, instance, 'checkout', {
    // An answer is the probe: an agent that gives none in time is lost.
    configure: {
      run: async () => {
        const timeoutMs = host.timing.checkoutMs;
        await Promise.all([
          configure(host, instance, {
            ...{ spec, address, timeoutMs, signal },
            tokens: { now, next: token },
            after: 'checkout',
          }),
          setPolicy(host, instance, spec),
        ]);
      },
    },
    journal: {
      run: async () => {
        signal.throwIfAborted();
        nameIt(host, instance, claim, { token, configureMs: performance.now() - from });
        await commit(instance, host.changes);
        signal.throwIfAborted();
        setDeadlineTimer(host, instance);
        watchGuard(host, instance);
      },
    },
  });
}

async function setPolicy(
  host: HostContext,
  { slot, record }: TrackedInstance,
  spec: InstanceSpec,
): Promise<void> {
  if (slot && !isSamePolicy(record.spec, spec)) await host.network.setPolicy(slot, policyOf(spec));
}

/** Nothing else runs between this and the check before it, so an end cannot be overwritten. */
function nameIt(
  host: HostContext,
  instance: TrackedInstance,
  { order, waitedMs }: Claim,
  { token, configureMs }: { token: string; configureMs: number },
): void {
  const now = Date.now();
  instance.record = {
    ...instance.record,
    sandbox_id: order.sandboxId,
    checkout: order.checkout ? { hit: true, waited_ms: waitedMs } : null,
    spec: order.spec,
    timeout_ms: order.timeoutMs,
    agent_token: token,
    created_unix_ms: now,
    started_unix_ms: now,
    deadline_unix_ms: order.timeoutMs > 0 ? now + order.timeoutMs : 0,
    deadline_action: order.deadlineAction,
    pause_snapshot_id: order.pauseSnapshotId,
    phases: { queue_ms: waitedMs, slot_ms: 0, engine_ms: 0, agent_ms: 0, configure_ms: configureMs },
  };
  host.registry.add(instance);
}
