import { type ExecServerFrame, execClientFrame, execReadFrame } from '@nullspace/contract';
import type { ApiError } from '../../api-error.ts';
import { linkSignals } from '../../guests/linked-signal.ts';
import type { Channel } from '../../sandbox-socket/channel.ts';
import { Inbox } from '../../sockets/inbox.ts';
import { ReadWindow } from '../../sockets/read-window.ts';
import { receiveFrame } from '../../sockets/receive-frame.ts';
import { runLive } from './run-live.ts';
import type { OutgoingFrame } from './text-output.ts';

/** Runs or attaches to one command and sends its output as it comes. */
export const execChannel: Channel<ExecServerFrame> = {
  async run({ context, socket, address, sender, gone }) {
    const frame = await receiveFrame(socket, execClientFrame, sender);
    const window = new ReadWindow(frame.window_bytes);
    const over = linkSignals([gone]);
    const reading =
      frame.window_bytes == null ? undefined : takeReads(new Inbox(socket), window, over.signal);
    // A wrong frame ends the connection; the command goes on.
    reading?.catch(() => over.abort());
    await runLive(context, address, { frame, sender, window, signal: over.signal }).finally(() => {
      over.abort();
      over.release();
    });
    await reading;
  },
  // With the sandbox its commands ended; a client that knows of one may wait for its exit.
  afterError({ sender }, failure) {
    if (sender.announced && failure.code === 'sandbox_not_found') void sender.send(exitOfLost(failure));
  },
};

async function takeReads(inbox: Inbox, window: ReadWindow, signal: AbortSignal): Promise<void> {
  for (;;) {
    const frame = await inbox.next(execReadFrame, { signal });
    if (!frame) return;
    window.advance(frame.bytes);
  }
}

function exitOfLost({ details }: ApiError): OutgoingFrame {
  const guards: Record<string, 'memory' | 'processes'> = {
    out_of_memory: 'memory',
    process_limit: 'processes',
  };
  const killed_by = guards[String(details?.reason)] ?? null;
  return { type: 'exec_exit', exit_code: 137, timed_out: false, killed_by };
}
