import { setTimeout as sleep } from 'node:timers/promises';
import { guest } from '@nullspace/proto';
import { ApiError } from '../../api-error.ts';
import type { Context } from '../../context.ts';
import type { LiveInstance } from '../../fleet/live-instance.ts';
import { FrozenError } from '../../guests/guest-errors.ts';
import { readGuestStream } from '../../guests/read-stream.ts';

export type StreamName = 'stdout' | 'stderr';

/** A place in each stream of a process. */
export type Offsets = Record<StreamName, number>;

/** Where to begin: at offsets, so many bytes before the end of stdout, or with what comes from now on. */
export type StreamStart = Offsets | { lastBytes: number } | 'new output';

/** Takes what a process writes. It is given no more before it has resolved, which it does when `signal` aborts. */
export interface OutputSink {
  started(): Promise<void>;
  output(name: StreamName, data: Uint8Array, at: { offset: number; signal: AbortSignal }): Promise<void>;
  exited(exit: guest.Exit): Promise<void>;
  /** Where to read on after what was passed on whole; undefined: where the stream stands. */
  position?(name: StreamName): number | undefined;
}

/** How often a stream that broke is taken up again while nothing new comes, and the pause before. */
const RETRIES = 3;
const RETRY_MS = 100;

interface Progress {
  offsets: Offsets | undefined;
  announced: boolean;
  failures: number;
}

interface Following {
  pid: number;
  start: StreamStart;
  sink: OutputSink;
  signal: AbortSignal;
}

/**
 * Passes on the output of a process and its exit. A broken connection to the agent is taken up where it broke. Ending
 * by `signal` does not touch the process.
 *
 * @throws {ApiError} `process_not_found`, `sandbox_not_found`, `exec_failed`; `sandbox_paused`, which says where the
 * process can be read on after the resume.
 */
export async function followProcess(context: Context, live: LiveInstance, options: Following): Promise<void> {
  const progress: Progress = { offsets: undefined, announced: false, failures: 0 };
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
        throw sayWhereToReadOn(error, options, progress);
      progress.failures += 1;
      const temporary = error instanceof ApiError && error.code === 'exec_failed';
      if (!temporary || !progress.announced || progress.failures > RETRIES) throw error;
      await sleep(RETRY_MS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

function sayWhereToReadOn(error: ApiError, { pid, sink }: Following, { offsets }: Progress): ApiError {
  if (!offsets) return error.withDetails({ pid });
  const stdout_offset = sink.position?.('stdout') ?? offsets.stdout;
  const stderr_offset = sink.position?.('stderr') ?? offsets.stderr;
  return error.withDetails({ pid, stdout_offset, stderr_offset });
}

async function attach(
  client: LiveInstance['guest']['streams'],
  { pid, start, sink, signal, progress }: Following & { progress: Progress },
): Promise<void> {
  const request = { pid, ...toRequest(progress.offsets ?? start) };
  for await (const { event } of readGuestStream(client.attach(request, { signal }), sizeOf)) {
    if (event.case === 'started') {
      const { stdoutOffset, stderrOffset } = event.value;
      progress.offsets ??= beginOf(start, { stdout: Number(stdoutOffset), stderr: Number(stderrOffset) });
      if (!progress.announced) await sink.started();
      progress.announced = true;
    } else if (event.case === 'output') {
      const { stream, data } = event.value;
      const name = stream === guest.Stream.STDERR ? 'stderr' : 'stdout';
      progress.failures = 0;
      const told = Number(event.value.offset);
      const offset = Math.max(told, progress.offsets?.[name] ?? 0);
      if (offset >= told + data.length) continue;
      await sink.output(name, data.subarray(offset - told), { offset, signal });
      if (progress.offsets) progress.offsets[name] = told + data.length;
    } else if (event.case === 'exit') {
      await sink.exited(event.value);
      return;
    } else if (event.case === 'frozen') {
      throw new FrozenError('the stream was ended for a pause');
    }
  }
  throw new Error('the stream ended without an exit');
}

/** An agent that has written less than that yet may begin before the byte that was asked for. */
function beginOf(start: StreamStart, told: Offsets): Offsets {
  if (start === 'new output' || 'lastBytes' in start) return told;
  return { stdout: Math.max(start.stdout, told.stdout), stderr: Math.max(start.stderr, told.stderr) };
}

function toRequest(start: StreamStart) {
  if (start === 'new output') return { newOutputOnly: true };
  if ('lastBytes' in start) return { lastBytes: BigInt(start.lastBytes) };
  return { stdoutOffset: BigInt(start.stdout), stderrOffset: BigInt(start.stderr) };
}

// Only output has content, and the last event, after which nothing comes.
function sizeOf({ event }: guest.AttachResponse): number {
  if (event.case === 'output') return event.value.data.length;
  return event.case === 'exit' || event.case === 'frozen' ? 1 : 0;
}
