import type { ExecServerFrame } from '@nullspace/contract';
import { openChannel } from '../channels/open-channel.ts';
import { isPassing, passingCodes, reconnectPausesMs } from '../channels/passing.ts';
import { ReadWindow } from '../channels/window.ts';
import { sleep } from '../client/sleep.ts';
import { type TextPiece, TextStream } from '../encoding/text-stream.ts';
import { errorByCode } from '../errors/by-code.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { TimeoutError } from '../errors/timeout.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { Connection } from '../websocket/connection.ts';
import { readOutputFrame } from './output-frame.ts';
import { OutputReaders } from './output-readers.ts';
import { stillRuns } from './processes.ts';
import type { CommandOutput, CommandResult, OutputCallback } from './types.ts';

export interface OutputCallbacks {
  onStdout?: OutputCallback;
  onStderr?: OutputCallback;
  /** Give the result as bytes too. */
  binary?: boolean;
}

/** Bytes of each stream that have been read. */
export interface OutputOffsets {
  stdout: number;
  stderr: number;
}

/** Output that may be on its way while a reader is busy. */
const windowBytes = 4 * 1024 * 1024;
const framing = { id: 'exec', binary: true, window_bytes: windowBytes };

type Frame = Record<string, unknown>;

/** Silence after which the server is asked whether the command still runs, in milliseconds. */
const silenceMs = 30_000;

/**
 * Follows one command over the exec channel: output as it arrives, its end, and after a broken connection on from
 * the byte that was read last.
 */
export class LiveCommand {
  readonly output = new OutputReaders(() => this.#window?.flush());
  /** Settles once: with the result, or with the error that ended the following. */
  readonly result: Promise<CommandResult>;
  pid = 0;
  #scope: SandboxScope;
  #callbacks: OutputCallbacks;
  #streams: Record<CommandOutput['stream'], TextStream>;
  #connection: Connection | undefined;
  #window: ReadWindow | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #lost = false;
  #recovering = false;
  #settled = false;
  #resolve!: (result: CommandResult) => void;
  #reject!: (error: unknown) => void;

  constructor(scope: SandboxScope, callbacks: OutputCallbacks, offsets: Partial<OutputOffsets> = {}) {
    this.#scope = scope;
    const { stdout = 0, stderr = 0 } = offsets;
    this.#streams = { stdout: new TextStream(stdout), stderr: new TextStream(stderr) };
    this.#callbacks = callbacks;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits sees the failure; without anyone waiting it must not end the program.
    this.result.catch(() => {});
  }

  /** Starts a command. Resolves when it runs. */
  start(fields: Record<string, unknown>, signal?: AbortSignal): Promise<void> {
    return this.#open({ type: 'exec_start', ...framing, ...fields }, signal);
  }

  /** Attaches to a command, from the first byte that was not read yet. */
  attach(pid: number, signal?: AbortSignal): Promise<void> {
    return this.#open({ type: 'exec_connect', ...framing, pid, ...this.#wireOffsets() }, signal);
  }

  #wireOffsets(): { stdout_offset: number; stderr_offset: number } {
    const { stdout, stderr } = this.#streams;
    return { stdout_offset: stdout.position, stderr_offset: stderr.position };
  }

  /** Stops following with the given error. The command goes on. */
  stop(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  async #open(first: Frame, signal?: AbortSignal): Promise<void> {
    let started: () => void = () => {};
    let failed: (error: unknown) => void = () => {};
    const running = new Promise<void>((resolve, reject) => {
      started = resolve;
      failed = reject;
    });
    let runs = false;
    const onMessage = (message: Frame): void => {
      const frame = message as ExecServerFrame;
      if (frame.type === 'exec_started') {
        runs = true;
        this.pid = frame.pid;
        started();
      } else if (frame.type === 'error' && !runs) {
        failed(this.#failure(frame));
      } else {
        this.#receive(frame);
      }
    };
    const onBytes = (bytes: Uint8Array): void => {
      if (connection === this.#connection) this.#receiveOutput(bytes);
    };
    const onClose = (reason: string): void => {
      if (!runs)
        failed(new SandboxError(`The exec channel closed early: ${reason}`, { code: 'transport_error' }));
      else if (!this.#settled) void this.#recover();
    };
    const connection = await openChannel(this.#scope, 'exec', { onMessage, onBytes, onClose }, signal);
    const onAbort = (): void => failed(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const { requestTimeoutMs } = this.#scope.client;
    const timer = setTimeout(() => {
      failed(new TimeoutError(`The exec channel said nothing for ${requestTimeoutMs} ms.`));
    }, requestTimeoutMs);
    this.#connection = connection;
    this.#window = new ReadWindow(windowBytes, (bytes) =>
      connection.send({ type: 'exec_read', id: 'exec', bytes }),
    );
    try {
      connection.send(first);
      await running;
    } catch (error) {
      this.#disconnect();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
    if (this.#settled) this.#disconnect();
    else if (!this.#lost) this.#watch();
  }

  #receive(frame: ExecServerFrame): void {
    if (this.#settled) return;
    this.#watch();
    if (frame.type === 'exec_exit') this.#exit(frame);
    else if (frame.type === 'error') {
      if (passingCodes.has(frame.code)) void this.#recover();
      else this.stop(this.#failure(frame));
    }
  }

  #receiveOutput(bytes: Uint8Array): void {
    const frame = readOutputFrame(bytes);
    if (this.#settled || !frame) return;
    this.#watch();
    this.#write(frame.stream, this.#streams[frame.stream].push(frame.data, frame.offset));
    this.#window?.count(frame.data.length, this.output.isFull);
  }

  #write(stream: CommandOutput['stream'], { text, data }: TextPiece): void {
    if (data.length === 0) return;
    this.output.add({ stream, text, data });
    try {
      if (stream === 'stdout') this.#callbacks.onStdout?.(text, data);
      else this.#callbacks.onStderr?.(text, data);
    } catch (error) {
      this.stop(error);
    }
  }

  #exit(frame: ExecServerFrame & { type: 'exec_exit' }): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#write(stream, this.#streams[stream].flush());
    const { collected } = this.output;
    const result: CommandResult = {
      exitCode: frame.exit_code,
      stdout: collected.text('stdout'),
      stderr: collected.text('stderr'),
      ...(this.#callbacks.binary && {
        stdoutBytes: collected.bytes('stdout'),
        stderrBytes: collected.bytes('stderr'),
      }),
      pid: this.pid,
      timedOut: frame.timed_out ?? false,
      killedBy: frame.killed_by ?? undefined,
      stdoutTruncated: collected.truncated.stdout,
      stderrTruncated: collected.truncated.stderr,
    };
    this.#settle(() => this.#resolve(result));
  }

  /** Looks for the command again until it is followed, has ended, or the server says that it is gone. */
  async #recover(): Promise<void> {
    this.#lost = true;
    this.#disconnect();
    // The recovery that is under way sees the loss of what it has just attached.
    if (this.#recovering) return;
    this.#recovering = true;
    try {
      await this.#attachAgain();
    } catch (error) {
      this.stop(error);
    } finally {
      this.#recovering = false;
    }
  }

  async #attachAgain(): Promise<void> {
    let last: unknown = new SandboxError('The connection to the command was lost.', {
      code: 'transport_error',
    });
    for (const pause of reconnectPausesMs) {
      await sleep(pause);
      if (this.#settled) return;
      this.#lost = false;
      try {
        await this.attach(this.pid);
        if (!this.#lost) return;
      } catch (error) {
        if (!isPassing(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  /** A connection can die without a word, so silence is checked against the list of processes. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => void this.#check(), silenceMs);
  }

  async #check(): Promise<void> {
    try {
      // Whoever reads slowly, not the connection, is why nothing comes.
      if (this.output.isFull) return this.#watch();
      if (!(await stillRuns(this.#scope, this.pid))) return await this.#recover();
      if (!this.#settled && !this.#recovering) this.#watch();
    } catch (error) {
      if (isPassing(error)) await this.#recover();
      else this.stop(error);
    }
  }

  #failure(frame: ExecServerFrame & { type: 'error' }): SandboxError {
    // What was read here, so that one can read on from it; without a pid the command never ran.
    const read = this.pid ? { pid: this.pid, ...this.#wireOffsets() } : {};
    const details = frame.details?.status === 'paused' ? { ...frame.details, ...read } : frame.details;
    const code = frame.code?.toLowerCase() ?? 'unknown';
    return errorByCode(frame.message, code, { requestId: frame.request_id, details });
  }

  #settle(finish: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#disconnect();
    finish();
    this.output.end();
  }

  #disconnect(): void {
    clearTimeout(this.#watchdog);
    this.#connection?.close();
    this.#connection = undefined;
    this.#window = undefined;
  }
}
