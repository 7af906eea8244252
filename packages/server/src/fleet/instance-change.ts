import { host } from '@nullspace/proto';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Phases, SandboxChange } from '../store/records.ts';

/** What the host's word on an instance means for the record of its sandbox. News older than the recorded are ignored. */
export function toChange(instance: host.Instance): SandboxChange {
  return { ...describe(instance), revision: Number(instance.revision) };
}

function describe(instance: host.Instance): SandboxChange {
  if (instance.state === host.State.RUNNING) {
    return {
      status: 'running',
      startedAt: Number(instance.startedUnixMs),
      deadlineAt: instance.deadlineUnixMs > 0n ? Number(instance.deadlineUnixMs) : null,
      phases: toPhases(instance.phases),
      ...toTimeoutAction(instance.deadlineAction),
      ...toCheckout(instance.checkout),
      ...(instance.spec && instance.spec.diskMb > 0 ? { diskMb: instance.spec.diskMb } : {}),
    };
  }
  if (instance.state === host.State.PAUSED) return describePause(instance);
  if (isFinal(instance)) {
    return {
      status: instance.state === host.State.DESTROYED ? 'destroyed' : 'error',
      reason: instance.reason || 'guest_crash',
      message: instance.message || null,
      endedAt: instance.endedUnixMs > 0n ? Number(instance.endedUnixMs) : Date.now(),
    };
  }
  return {};
}

function toCheckout(checkout: host.CheckoutResult | undefined): SandboxChange {
  return checkout ? { checkout: { hit: checkout.hit, waitedMs: checkout.waitedMs } } : {};
}

function toTimeoutAction(action: host.DeadlineAction): SandboxChange {
  if (action === host.DeadlineAction.PAUSE) return { timeoutAction: 'hibernate' };
  return action === host.DeadlineAction.DESTROY ? { timeoutAction: 'destroy' } : {};
}

function describePause({ sandboxId, reason, message, pauseSnapshot }: host.Instance): SandboxChange {
  const createdAt = Number(pauseSnapshot?.createdUnixMs ?? 0n) || Date.now();
  return {
    status: 'paused',
    reason: reason || 'manual',
    message: message || null,
    deadlineAt: null,
    pause: {
      snapshotId: pauseSnapshotId(sandboxId),
      sizeBytes: Number(pauseSnapshot?.sizeBytes ?? 0n),
      createdAt,
    },
  };
}

/** True for one that has ended; a paused one goes on as another. */
export function isFinal(instance: host.Instance): boolean {
  return instance.state === host.State.DESTROYED || instance.state === host.State.ERROR;
}

function toPhases(phases: host.Phases | undefined): Phases | null {
  if (!phases) return null;
  const { queueMs, slotMs, engineMs, agentMs, configureMs } = phases;
  return { queueMs, slotMs, engineMs, agentMs, configureMs };
}
