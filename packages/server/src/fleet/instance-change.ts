import { host } from '@nullspace/proto';
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
      ...(instance.spec && instance.spec.diskMb > 0 ? { diskMb: instance.spec.diskMb } : {}),
    };
  }
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

export function isFinal(instance: host.Instance): boolean {
  return instance.state === host.State.DESTROYED || instance.state === host.State.ERROR;
}

function toPhases(phases: host.Phases | undefined): Phases | null {
  if (!phases) return null;
  const { queueMs, slotMs, engineMs, agentMs, configureMs } = phases;
  return { queueMs, slotMs, engineMs, agentMs, configureMs };
}
