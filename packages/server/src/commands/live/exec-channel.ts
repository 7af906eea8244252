import { type ExecServerFrame, execClientFrame } from '@nullspace/contract';
import type { ApiError } from '../../api-error.ts';
import type { Channel } from '../../sandbox-socket/channel.ts';
import { receiveFrame } from '../../sockets/receive-frame.ts';
import { runLive } from './run-live.ts';
import type { OutgoingFrame } from './text-output.ts';

/** Runs or attaches to one command and sends its output as it comes. */
export const execChannel: Channel<ExecServerFrame> = {
  async run({ context, socket, address, sender, gone }) {
    const frame = await receiveFrame(socket, execClientFrame, sender);
    await runLive(context, address, { frame, sender, signal: gone });
  },
  // With the sandbox its commands ended; a client that knows of one may wait for its exit.
  afterError({ sender }, failure) {
    if (sender.announced && failure.code === 'sandbox_not_found') void sender.send(exitOfLost(failure));
  },
};

function exitOfLost({ details }: ApiError): OutgoingFrame {
  const guards: Record<string, 'memory' | 'processes'> = {
    out_of_memory: 'memory',
    process_limit: 'processes',
  };
  const killed_by = guards[String(details?.reason)] ?? null;
  return { type: 'exec_exit', exit_code: 137, timed_out: false, killed_by };
}
