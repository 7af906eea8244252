import { largestProcessLimit } from '@nullspace/runtime';

/**
 * Processes and threads that a sandbox may have: what was asked for, or else what its memory can hold, from 256 to
 * 4,096. Never more than the machine bears, since the engine crashes as a whole when the kernel refuses it a task.
 *
 * @param order.asked 0: nothing was asked for.
 */
export function chooseProcessLimit(
  order: { asked: number; memoryMb: number },
  most = largestProcessLimit(),
): number {
  const wanted = order.asked || Math.max(256, Math.min(4096, order.memoryMb));
  return Math.min(wanted, most);
}
