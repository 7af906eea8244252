import type { guest } from '@nullspace/proto';
import { describeFailure } from '../agent/describe-failure.ts';

/** A command that the agent ended before memory or processes ran out. */
export interface GuardKill {
  guard: 'memory' | 'processes';
  pid: number;
  /** One line without control characters, cut off at 300. */
  command: string;
  atUnixMs: number;
}

/**
 * A kill as an agent tells it.
 *
 * @throws {Error} When it says what no honest agent says.
 */
export function readGuardKill(message: guest.WatchGuardResponse): GuardKill {
  const { guard, pid, command, atUnixMs } = message;
  if (guard !== 'memory' && guard !== 'processes')
    throw new Error('the agent named a guard that there is not');
  return { guard, pid, command: describeFailure(command), atUnixMs: Number(atUnixMs) };
}
