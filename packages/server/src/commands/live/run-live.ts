import { type ExecClientFrame, UNSET_LIVE_TIMEOUT_SECS } from '@nullspace/contract';
import type { Context } from '../../context.ts';
import type { LiveInstance } from '../../fleet/live-instance.ts';
import type { SandboxAddress } from '../../sandboxes/sandbox-finder.ts';
import type { ReadWindow } from '../../sockets/read-window.ts';
import { aboutCommand, toGuestCommand } from '../to-guest-command.ts';
import { BinaryOutput, type BinarySender } from './binary-output.ts';
import { followProcess, type StreamStart } from './follow-process.ts';
import { TextOutput } from './text-output.ts';
import { WindowedOutput } from './windowed-output.ts';

/** Does what the client's frame asks for: starts a command, or attaches to one, and streams it. */
export async function runLive(
  context: Context,
  address: SandboxAddress,
  options: { frame: ExecClientFrame; sender: BinarySender; window: ReadWindow; signal: AbortSignal },
): Promise<void> {
  const { frame, sender, window, signal } = options;
  const live = await context.finder.findLive(address);
  const { pid, start } =
    frame.type === 'exec_start'
      ? await startLive(context, live, frame)
      : { pid: frame.pid, start: readStart(frame) };
  const sink = frame.binary ? new BinaryOutput(sender, pid) : new TextOutput(sender, pid);
  const windowed = new WindowedOutput(sink, window);
  await followProcess(context, live, { pid, start, sink: windowed, signal });
}

async function startLive(
  context: Context,
  live: LiveInstance,
  frame: Extract<ExecClientFrame, { type: 'exec_start' }>,
): Promise<{ pid: number; start: StreamStart }> {
  const asked = frame.timeout_secs ?? UNSET_LIVE_TIMEOUT_SECS;
  const timeoutSecs = asked === UNSET_LIVE_TIMEOUT_SECS ? 0 : asked;
  const about = aboutCommand(frame, live.defaultUser);
  return context.guests.call(live, about, async ({ unary }, signal) => {
    const { pid } = await unary.start(
      {
        command: toGuestCommand(frame, { timeoutSecs, defaultUser: live.defaultUser }),
        attachFollows: true,
      },
      { signal },
    );
    return { pid, start: { stdout: 0, stderr: 0 } };
  });
}

function readStart(frame: Extract<ExecClientFrame, { type: 'exec_connect' }>): StreamStart {
  const { stdout_offset: stdout, stderr_offset: stderr } = frame;
  if (stdout == null && stderr == null) return 'new output';
  return { stdout: stdout ?? 0, stderr: stderr ?? 0 };
}
