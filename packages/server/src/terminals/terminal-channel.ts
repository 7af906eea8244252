import { limits, type PtyFirstFrame, type PtyServerFrame, ptyFirstFrame } from '@nullspace/contract';
import { followProcess, type StreamStart } from '../commands/live/follow-process.ts';
import { WindowedOutput } from '../commands/live/windowed-output.ts';
import { aboutCommand, toGuestCommand } from '../commands/to-guest-command.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { linkSignals } from '../guests/linked-signal.ts';
import { makeId } from '../make-id.ts';
import type { Channel } from '../sandbox-socket/channel.ts';
import { Inbox } from '../sockets/inbox.ts';
import { ReadWindow } from '../sockets/read-window.ts';
import { findTerminal } from './find-terminal.ts';
import { takeInput } from './take-input.ts';
import { TerminalOutput } from './terminal-output.ts';

/** How long a client may take to say which terminal it wants. */
const FIRST_FRAME_MS = 30_000;

/** What a client of a terminal is told first. */
export type OpenTerminal = Omit<Extract<PtyServerFrame, { type: 'pty_started' }>, 'type' | 'id'>;

/** Starts a terminal or joins one, and passes what is typed and what is shown between it and the client. */
export const terminalChannel: Channel<PtyServerFrame> = {
  async run({ context, socket, address, sender, gone }) {
    const inbox = new Inbox(socket);
    const frame = await inbox.next(ptyFirstFrame, { patienceMs: FIRST_FRAME_MS });
    if (!frame) return;
    sender.id = frame.id;
    const live = await context.finder.findLive(address);
    const terminal = await open(context, live, frame);
    const over = linkSignals([gone]);
    const ended = new AbortController();
    const window = new ReadWindow(frame.window_bytes);
    const sink = new WindowedOutput(new TerminalOutput(sender, terminal), window);
    const typing = takeInput(context, live, { inbox, pid: terminal.pid, window, signal: ended.signal });
    // A wrong frame ends the connection; the terminal stays.
    typing.catch(() => over.abort());
    const following = followProcess(context, live, {
      pid: terminal.pid,
      start: startOf(frame),
      sink,
      signal: over.signal,
    });
    await following.finally(() => {
      // What a client typed before it left is still passed on.
      if (!gone.aborted) ended.abort();
      over.release();
    });
    await typing;
  },
};

async function open(context: Context, live: LiveInstance, frame: PtyFirstFrame): Promise<OpenTerminal> {
  if (frame.type === 'pty_connect') {
    const name = frame.session_id == null ? { pid: frame.pid! } : { sessionId: frame.session_id };
    const { tag, pid, terminal } = await findTerminal(context, live, name);
    return { session_id: tag, pid, cols: terminal?.columns ?? 0, rows: terminal?.rows ?? 0 };
  }
  const { cols, rows } = frame;
  const tag = makeId('terminal');
  const fields = { ...frame, command: frame.command ?? '' };
  const command = toGuestCommand(fields, { timeoutSecs: 0, defaultUser: live.defaultUser });
  const about = aboutCommand(fields, live.defaultUser);
  return context.guests.call(live, about, async ({ unary }, signal) => {
    const { pid } = await unary.start({ command, terminal: { columns: cols, rows }, tag }, { signal });
    return { session_id: tag, pid, cols, rows };
  });
}

function startOf(frame: PtyFirstFrame): StreamStart {
  if (frame.type === 'pty_start') return { stdout: 0, stderr: 0 };
  if (frame.offset == null) return { lastBytes: limits.scrollback_bytes };
  return { stdout: frame.offset, stderr: 0 };
}
