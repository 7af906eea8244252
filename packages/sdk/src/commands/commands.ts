import type { CallOptions } from '../client/options.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { CommandLine } from './exec-body.ts';
import { CommandHandle } from './handle.ts';
import { LiveCommand } from './live-command.ts';
import { killProcess, listProcesses, readLogs, readProcess, sendSignal, writeStdin } from './processes.ts';
import { runStreaming, startLive } from './run-live.ts';
import { runOnce, startInBackground } from './run-once.ts';
import type {
  CommandLogs,
  CommandResult,
  OutputCallback,
  ProcessDetail,
  ProcessInfo,
  RunOptions,
  Signal,
  StdinData,
} from './types.ts';

/** Callbacks of `connect`; they first get what the command wrote before. */
export interface ConnectCommandOptions {
  /**
   * Bytes of each stream to leave out, because they were read before. `SandboxPausedError.offsets` has those of a
   * command that a pause cut off. @default none: from the first byte on
   */
  offsets?: { stdout?: number; stderr?: number };
  onStdout?: OutputCallback;
  onStderr?: OutputCallback;
  /** Give the result as bytes too: `stdoutBytes` and `stderrBytes`. @default false */
  binary?: boolean;
  signal?: AbortSignal;
}

/** `sandbox.commands`: runs commands inside a sandbox. */
export class Commands {
  #scope: SandboxScope;

  constructor(scope: SandboxScope) {
    this.#scope = scope;
  }

  /**
   * Runs a command, by default to its end: a program, a program with its arguments as a list, or with `shell` a script. Aborting the signal ends the waiting; the command goes on until its
   * timeout.
   * @throws SandboxError `exec_timeout` when it was killed at `timeoutSecs` within the first 5 s (later: exit code
   * 124), `exec_failed` when it could not be started, `invalid_request` for a missing `cwd`; NotFoundError when the
   * sandbox has ended.
   */
  run(command: CommandLine, options: RunOptions & { background: true }): Promise<CommandHandle>;
  run(command: CommandLine, options?: RunOptions & { background?: false }): Promise<CommandResult>;
  run(command: CommandLine, options?: RunOptions): Promise<CommandResult | CommandHandle>;
  run(command: CommandLine, options: RunOptions = {}): Promise<CommandResult | CommandHandle> {
    const followed = options.onStdout !== undefined || options.onStderr !== undefined;
    if (options.background) return this.#start(command, options, followed);
    return followed ? runStreaming(this.#scope, command, options) : runOnce(this.#scope, command, options);
  }

  /**
   * Attaches to a command that runs or has ended, from this or another program.
   * @throws NotFoundError when the sandbox has no such process.
   */
  async connect(pid: number, options: ConnectCommandOptions = {}): Promise<CommandHandle> {
    const live = new LiveCommand(this.#scope, options, options.offsets);
    await live.attach(pid, options.signal);
    return new CommandHandle(this.#scope, pid, live);
  }

  /** Processes that were started through the API, ended ones included while their output is kept. */
  list(options: CallOptions = {}): Promise<ProcessInfo[]> {
    return listProcesses(this.#scope, options);
  }

  /** Kills a process and all that it started. Does nothing when it has ended. */
  kill(pid: number, options: CallOptions = {}): Promise<void> {
    return killProcess(this.#scope, pid, options);
  }

  /** Sends a signal to a process and all that it started. */
  sendSignal(pid: number, signal: Signal, options: CallOptions = {}): Promise<void> {
    return sendSignal(this.#scope, pid, signal, options);
  }

  /** Appends to a process's standard input, without adding a newline. At most 1 MiB a call. */
  sendStdin(pid: number, data: StdinData, options: CallOptions = {}): Promise<void> {
    return writeStdin(this.#scope, pid, data, options);
  }

  /** Ends a process's standard input: it reads the end of the file after what was sent. */
  closeStdin(pid: number, options: CallOptions = {}): Promise<void> {
    return writeStdin(this.#scope, pid, '', { ...options, close: true });
  }

  /** State of a process, and what it and all that it started use. */
  info(pid: number, options: CallOptions = {}): Promise<ProcessDetail> {
    return readProcess(this.#scope, pid, options);
  }

  /** What a process has written until now, and its exit code once it has ended. */
  logs(pid: number, options: CallOptions = {}): Promise<CommandLogs> {
    return readLogs(this.#scope, pid, options);
  }

  async #start(command: CommandLine, options: RunOptions, followed: boolean): Promise<CommandHandle> {
    // A one-shot start has neither timeout nor input, and its handle gives text, so one that asks for them takes the live channel.
    if (followed || options.binary || options.timeoutSecs !== undefined || options.stdin !== undefined) {
      const live = await startLive(this.#scope, command, options);
      return new CommandHandle(this.#scope, live.pid, live);
    }
    return new CommandHandle(this.#scope, await startInBackground(this.#scope, command, options));
  }
}
