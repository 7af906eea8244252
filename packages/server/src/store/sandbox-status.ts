import type { SandboxStatus } from './records.ts';

/** Takes memory and CPU of a host. */
export const liveStatuses = ['creating', 'running'] as const satisfies SandboxStatus[];

/** May still change. */
export const unfinishedStatuses = ['creating', 'running', 'paused'] as const satisfies SandboxStatus[];

/** Never changes again. */
export const finalStatuses = ['destroyed', 'error'] as const satisfies SandboxStatus[];

export function isFinal(status: SandboxStatus): boolean {
  return (finalStatuses as readonly SandboxStatus[]).includes(status);
}
