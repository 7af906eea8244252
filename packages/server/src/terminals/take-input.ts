import { type PtyClientFrame, ptyClientFrame } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { Inbox } from '../sockets/inbox.ts';
import { endTerminal, setSize } from './terminal-calls.ts';

/** What was typed and is not passed on yet goes in one call, up to so many bytes. */
const TOGETHER_BYTES = 64 * 1024;

interface Input {
  inbox: Inbox;
  pid: number;
  signal: AbortSignal;
}

/**
 * Does what a client of a terminal asks for, in its order, until it goes or `signal` aborts. A program that does not
 * read keeps what is typed waiting, and then the client.
 */
export async function takeInput(
  context: Context,
  live: LiveInstance,
  { inbox, pid, signal }: Input,
): Promise<void> {
  let held: PtyClientFrame | undefined;
  for (;;) {
    const frame: PtyClientFrame | undefined = held ?? (await inbox.next(ptyClientFrame, { signal }));
    held = undefined;
    if (!frame) return;
    if (frame.type === 'pty_resize') {
      await setSize(context, live, pid, frame).catch(ignoreEnded);
    } else if (frame.type === 'pty_kill') {
      await endTerminal(context, live, pid).catch(ignoreEnded);
    } else {
      const typed = [bytesOf(frame)];
      for (let length = typed[0]!.length; length < TOGETHER_BYTES && inbox.length > 0; ) {
        held = await inbox.next(ptyClientFrame, { signal });
        if (held?.type !== 'pty_input') break;
        typed.push(bytesOf(held));
        length += typed.at(-1)!.length;
        held = undefined;
      }
      await type(context, live, { pid, signal, data: Buffer.concat(typed) });
    }
  }
}

function bytesOf(frame: Extract<PtyClientFrame, { type: 'pty_input' }>): Buffer {
  return frame.data_base64 == null
    ? Buffer.from(frame.data ?? '', 'utf8')
    : Buffer.from(frame.data_base64, 'base64');
}

async function type(
  context: Context,
  live: LiveInstance,
  { pid, signal, data }: { pid: number; signal: AbortSignal; data: Buffer },
): Promise<void> {
  const call = { failure: 'exec_failed' as const, pid, answerMs: 0, signal };
  try {
    await context.guests.call(live, call, (guest, ended) => guest.writeStdin({ pid, data }, ended));
  } catch (error) {
    if (!signal.aborted) ignoreEnded(error);
  }
}

/** The end of a terminal is told by its output. */
function ignoreEnded(error: unknown): void {
  const ended: string[] = ['process_not_found', 'pty_not_found', 'conflict', 'sandbox_not_found'];
  if (error instanceof ApiError && (ended.includes(error.code) || error.code === 'sandbox_paused')) return;
  throw error;
}
