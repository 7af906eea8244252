import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '@nullspace/contract';
import { guest } from '@nullspace/proto';
import { ApiError } from '../../api-error.ts';
import type { Context } from '../../context.ts';
import type { LiveInstance } from '../../fleet/live-instance.ts';
import { FrozenError } from '../../guests/guest-errors.ts';
import { readGuestStream } from '../../guests/read-stream.ts';
import { readExitCode, readGuard } from '../describe-exit.ts';
import type { FrameSender } from './frame-sender.ts';
import { TextSplitter } from './text-splitter.ts';

/** Where to begin; undefined: only what comes from now on. */
export interface StreamStart {
  stdout: number;
  stderr: number;
}

/** How often a stream that broke is taken up again while nothing new comes, and the pause before. */
const RETRIES = 3;
const RETRY_MS = 100;

interface Progress {
  stdout: TextSplitter;
  stderr: TextSplitter;
  start: StreamStart | undefined;
  announced: boolean;
  failures: number;
}

/**
 * Sends the output of a process and its exit. A broken connection to the agent is taken up where it broke. Ending
 * by `signal` does not touch the process.
 *
 * @throws {ApiError} `process_not_found`, `sandbox_not_found`, `exec_failed`; `sandbox_paused`, which says where the
 * process can be read on after the resume.
 */
export async function streamProcess(
  context: Context,
  live: LiveInstance,
  options: { pid: number; start: StreamStart | undefined; sender: FrameSender; signal: AbortSignal },
): Promise<void> {
  const progress: Progress = {
    stdout: new TextSplitter(),
    stderr: new TextSplitter(),
    start: options.start,
    announced: false,
    failures: 0,
  };
  const call = { failure: 'exec_failed' as const, pid: options.pid, answerMs: 0, signal: options.signal };
  for (;;) {
    try {
      await context.guests.call(live, call, (connection, signal) =>
        attach(connection.streams, { ...options, signal, progress }),
      );
      return;
    } catch (error) {
      if (options.signal.aborted) return;
      if (error instanceof ApiError && error.code === 'sandbox_paused')
        throw sayWhereToReadOn(error, options.pid, progress);
      progress.failures += 1;
      const temporary = error instanceof ApiError && error.code === 'exec_failed';
      if (!temporary || !progress.announced || progress.failures > RETRIES) throw error;
      await sleep(RETRY_MS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

function sayWhereToReadOn(error: ApiError, pid: number, { start }: Progress): ApiError {
  const offsets = start ? { pid, stdout_offset: start.stdout, stderr_offset: start.stderr } : { pid };
  return error.withDetails(offsets);
}

async function attach(
  client: LiveInstance['guest']['streams'],
  options: {
    pid: number;
    sender: FrameSender;
    signal: AbortSignal;
    progress: Progress;
  },
): Promise<void> {
  const { pid, signal, progress } = options;
  const request = progress.start
    ? { pid, stdoutOffset: BigInt(progress.start.stdout), stderrOffset: BigInt(progress.start.stderr) }
    : { pid, newOutputOnly: true };
  for await (const { event } of readGuestStream(client.attach(request, { signal }), sizeOf)) {
    if (event.case === 'started') {
      await begin(event.value, options);
    } else if (event.case === 'output') {
      progress.failures = 0;
      await sendOutput(event.value, options);
    } else if (event.case === 'exit') {
      await finish(event.value, options);
      return;
    } else if (event.case === 'frozen') {
      throw new FrozenError('the stream was ended for a pause');
    }
  }
  throw new Error('the stream ended without an exit');
}

// Only output has content, and the last event, after which nothing comes.
function sizeOf({ event }: guest.AttachResponse): number {
  if (event.case === 'output') return event.value.data.length;
  return event.case === 'exit' || event.case === 'frozen' ? 1 : 0;
}

async function begin(
  { stdoutOffset, stderrOffset }: guest.AttachStarted,
  { pid, sender, progress }: { pid: number; sender: FrameSender; progress: Progress },
): Promise<void> {
  progress.start ??= { stdout: Number(stdoutOffset), stderr: Number(stderrOffset) };
  if (progress.announced) return;
  progress.announced = true;
  await sender.send({ type: 'exec_started', pid });
}

async function sendOutput(
  output: guest.Output,
  { sender, progress, signal }: { sender: FrameSender; progress: Progress; signal: AbortSignal },
): Promise<void> {
  const name = output.stream === guest.Stream.STDERR ? 'stderr' : 'stdout';
  const splitter = progress[name];
  for (let at = 0; at < output.data.length; at += limits.frame_bytes) {
    const data = output.data.subarray(at, at + limits.frame_bytes);
    for (const piece of splitter.push(data, Number(output.offset) + at)) {
      await sender.send(
        {
          type: `exec_${name}`,
          data: piece.text,
          offset: piece.offset,
          end_offset: piece.endOffset,
        },
        signal,
      );
    }
  }
  if (progress.start) progress.start[name] = splitter.position;
}

async function finish(
  exit: guest.Exit,
  { sender, progress }: { sender: FrameSender; progress: Progress },
): Promise<void> {
  for (const name of ['stdout', 'stderr'] as const) {
    for (const piece of progress[name].flush()) {
      await sender.send({
        type: `exec_${name}`,
        data: piece.text,
        offset: piece.offset,
        end_offset: piece.endOffset,
      });
    }
  }
  await sender.send({
    type: 'exec_exit',
    exit_code: readExitCode(exit),
    timed_out: exit.timedOut,
    killed_by: readGuard(exit),
  });
}
