import type { End } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/** How long after a kill by a guard the end of the whole guest still counts as its consequence. */
const consequenceMs = 30_000;

/**
 * The end of an instance whose guest ended by itself or fell silent: when a guard had just fought for its memory or
 * processes, that was the reason.
 */
export function explainByGuard(instance: TrackedInstance, end: End): End {
  const { lastKill } = instance;
  const open = end.reason === 'guest_crash' || end.reason === 'agent_lost';
  if (!open || !lastKill || performance.now() - lastKill.at > consequenceMs) return end;
  return lastKill.guard === 'memory'
    ? { ...end, reason: 'out_of_memory', message: `the guest used up its memory: ${end.message}` }
    : { ...end, reason: 'process_limit', message: `the guest used up its processes: ${end.message}` };
}
