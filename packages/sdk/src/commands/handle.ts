import type { CallOptions } from '../client/options.ts';
import { waitBounded } from '../client/wait-bounded.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { LiveCommand } from './live-command.ts';
import { killProcess, readLogs, readProcess, sendSignal, writeStdin } from './processes.ts';
import type { CommandLogs, CommandOutput, CommandResult, ProcessDetail, Signal, StdinData } from './types.ts';

export interface WaitOptions {
  /** Longest wait, in seconds; after it a `TimeoutError` is thrown and the command goes on. @default none */
  timeoutSecs?: number;
  /** Ends the wait with the signal's reason; the command goes on. */
  signal?: AbortSignal;
}

/**
 * A command that runs in the background. Iterating it gives its output from the beginning, piece by piece, until it
 * ends. A handle that is followed keeps a Node program running until the command ends or `disconnect` is called.
 */
export class CommandHandle implements AsyncIterable<CommandOutput> {
  /** Process id inside the sandbox, for `commands.connect`, `kill` and `sendStdin`. */
  readonly pid: number;
  #scope: SandboxScope;
  #live: Promise<LiveCommand> | undefined;

  constructor(scope: SandboxScope, pid: number, live?: LiveCommand) {
    this.pid = pid;
    this.#scope = scope;
    this.#live = live && Promise.resolve(live);
  }

  /**
   * Waits for the end and returns everything that the command wrote. A non-zero exit code is a result.
   * @throws TimeoutError after `timeoutSecs`. NotFoundError when the sandbox ended meanwhile.
   */
  async wait(options: WaitOptions = {}): Promise<CommandResult> {
    options.signal?.throwIfAborted();
    const live = await this.#follow();
    return waitBounded(live.result, `Process ${this.pid}`, options);
  }

  /** Kills the command and all that it started. Does nothing when it has ended. */
  kill(options: CallOptions = {}): Promise<void> {
    return killProcess(this.#scope, this.pid, options);
  }

  /** Sends a signal to the command and all that it started. */
  sendSignal(signal: Signal, options: CallOptions = {}): Promise<void> {
    return sendSignal(this.#scope, this.pid, signal, options);
  }

  /**
   * Appends to the command's standard input, without adding a newline. At most 1 MiB a call.
   * @throws ConflictError when the input is closed.
   */
  sendStdin(data: StdinData, options: CallOptions = {}): Promise<void> {
    return writeStdin(this.#scope, this.pid, data, options);
  }

  /** Ends the command's standard input: it reads the end of the file after what was sent. */
  closeStdin(options: CallOptions = {}): Promise<void> {
    return writeStdin(this.#scope, this.pid, '', { ...options, close: true });
  }

  /** State and use of processor, memory and output until now. */
  info(options: CallOptions = {}): Promise<ProcessDetail> {
    return readProcess(this.#scope, this.pid, options);
  }

  /** What the command has written until now, and its exit code once it has ended. */
  logs(options: CallOptions = {}): Promise<CommandLogs> {
    return readLogs(this.#scope, this.pid, options);
  }

  /** Stops following; the command goes on. A later `wait` or iteration follows it again from the beginning. */
  disconnect(): void {
    const live = this.#live;
    this.#live = undefined;
    const reason = new SandboxError('The handle was disconnected.', { code: 'disconnected' });
    live?.then((command) => command.stop(reason)).catch(() => {});
  }

  /**
   * While it is read slowly the command is held back, as by a pipe.
   * @throws the error that ended the following, after the output that came before it.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<CommandOutput, void, void> {
    const live = await this.#follow();
    yield* live.output.read();
    await live.result;
  }

  /** A handle that was only started attaches when someone first looks. */
  #follow(): Promise<LiveCommand> {
    this.#live ??= attach(this.#scope, this.pid).catch((error) => {
      this.#live = undefined;
      throw error;
    });
    return this.#live;
  }
}

async function attach(scope: SandboxScope, pid: number): Promise<LiveCommand> {
  const live = new LiveCommand(scope, {});
  await live.attach(pid);
  return live;
}
