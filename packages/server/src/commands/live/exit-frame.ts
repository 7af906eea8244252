import type { guest } from '@nullspace/proto';
import { readExitCode, readGuard } from '../describe-exit.ts';
import type { OutgoingFrame } from './text-output.ts';

/** The end of a process as a frame. */
export function exitFrame(exit: guest.Exit): OutgoingFrame {
  return {
    type: 'exec_exit',
    exit_code: readExitCode(exit),
    timed_out: exit.timedOut,
    killed_by: readGuard(exit),
  };
}
