import { type PtyClientFrame, ptyClientFrame } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { linkSignals } from '../guests/linked-signal.ts';
import type { Inbox } from '../sockets/inbox.ts';
import type { ReadWindow } from '../sockets/read-window.ts';
import { endTerminal, setSize } from './terminal-calls.ts';
import { TypedInput } from './typed-input.ts';

/** How long a new size or a kill waits for what was typed before it. A program that reads takes no longer. */
const PASS_MS = 250;

interface Input {
  inbox: Inbox;
  /** Moves on with what the client says that it has read. */
  window: ReadWindow;
  pid: number;
  /** Aborts when nothing can be typed any more. */
  signal: AbortSignal;
}

/**
 * Does what a client of a terminal asks for, in its order, until it has gone and what it typed is passed on. A program
 * that does not read keeps what is typed waiting, and then the client, but neither sizes nor kills.
 */
export async function takeInput(
  context: Context,
  live: LiveInstance,
  { inbox, pid, window, signal }: Input,
): Promise<void> {
  const over = linkSignals([signal]);
  const typed = new TypedInput();
  const drop = () => typed.end({ drop: true });
  over.signal.addEventListener('abort', drop, { once: true });
  const write = (data: Buffer) => type(context, live, { pid, signal: over.signal, data });
  const obeying = obey(context, live, { inbox, pid, window, signal: over.signal, typed });
  try {
    await Promise.all([obeying.then(() => typed.end()), typed.pass(write)]);
  } finally {
    over.abort();
    over.release();
    await obeying.catch(() => undefined);
  }
}

async function obey(
  context: Context,
  live: LiveInstance,
  { inbox, pid, window, signal, typed }: Input & { typed: TypedInput },
): Promise<void> {
  for (;;) {
    const frame: PtyClientFrame | undefined = await inbox.next(ptyClientFrame, { signal });
    if (!frame) return;
    if (frame.type === 'pty_input') {
      await typed.add(bytesOf(frame));
      continue;
    }
    if (frame.type === 'pty_read') {
      window.advance(frame.bytes);
      continue;
    }
    await typed.passed(PASS_MS);
    const call =
      frame.type === 'pty_kill' ? endTerminal(context, live, pid) : setSize(context, live, pid, frame);
    await call.catch(ignoreEnded);
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
