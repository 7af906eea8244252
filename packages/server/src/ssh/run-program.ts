import type ssh2 from 'ssh2';
import { followProcess } from '../commands/live/follow-process.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { linkSignals } from '../guests/linked-signal.ts';
import { TypedInput } from '../terminals/typed-input.ts';
import { ChannelOutput } from './channel-output.ts';
import type { Controls } from './controls.ts';
import { type Pty, toStart, type Wish } from './program.ts';
import type { RelayConnection } from './relay-connection.ts';

interface Program {
  wish: Wish;
  /** Variables of the client and of the connection. */
  env: () => Promise<Record<string, string>>;
  pty: Pty | undefined;
  controls: Controls;
}

/**
 * Runs what a session is for and joins it with the channel, to its end. When the client goes before, the agent hangs
 * the program up.
 *
 * @throws {ApiError} Why it does not run, or could not be followed.
 */
export async function runProgram(
  connection: RelayConnection,
  channel: ssh2.ServerChannel,
  { wish, env, pty, controls }: Program,
): Promise<void> {
  const { context, socket, gone, access } = connection;
  const over = linkSignals([gone]);
  const stop = () => over.abort();
  channel.once('close', stop);
  const typed = takeInput(channel);
  try {
    const live = await connection.findLive();
    const request = toStart(wish, { account: access!.account, env: await env(), pty });
    const started = await context.guests.call(
      live,
      { failure: 'exec_failed', signal: over.signal, user: access!.account },
      ({ unary }, signal) => unary.start(request, { signal }),
    );
    const { pid } = started;
    controls.begin(pid);
    const passing = passInput(connection, live, { pid, typed, signal: over.signal, closes: !pty });
    const sink = new ChannelOutput({ channel, socket });
    await followProcess(context, live, { pid, start: { stdout: 0, stderr: 0 }, sink, signal: over.signal });
    over.abort();
    await passing;
  } finally {
    over.abort();
    typed.end({ drop: true });
    channel.off('close', stop);
    over.release();
    // What still comes is not wanted any more, but its end is.
    channel.resume();
  }
}

/** Keeps what a client sends until it can be passed on. The client has to wait when that is much. */
function takeInput(channel: ssh2.ServerChannel): TypedInput {
  const typed = new TypedInput();
  channel.on('data', (data: Buffer) => {
    channel.pause();
    void typed.add(data).then(() => channel.resume());
  });
  channel.once('end', () => typed.end());
  channel.once('close', () => typed.end());
  return typed;
}

/** Passes input on to its end, which a program without a terminal is told. */
async function passInput(
  { context }: RelayConnection,
  live: LiveInstance,
  { pid, typed, signal, closes }: { pid: number; typed: TypedInput; signal: AbortSignal; closes: boolean },
): Promise<void> {
  const drop = () => typed.end({ drop: true });
  signal.addEventListener('abort', drop, { once: true });
  const write = (input: { data?: Buffer; close?: boolean }) =>
    context.guests.call(live, { failure: 'exec_failed', pid, answerMs: 0, signal }, (guest, ended) =>
      guest.writeStdin({ pid, ...input }, ended),
    );
  try {
    await typed.pass(async (data) => void (await write({ data })));
    if (closes && !signal.aborted) await write({ close: true });
  } catch {
    // A program that reads no more, or has ended, tells so by its output.
    drop();
  } finally {
    signal.removeEventListener('abort', drop);
  }
}
