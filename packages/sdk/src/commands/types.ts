import type { CallOptions } from '../client/options.ts';

/** Takes output as text, whole characters at a time, and as the bytes that it stands for. */
export type OutputCallback = (text: string, data: Uint8Array) => void;

/** How a command runs. */
export interface CommandOptions extends CallOptions {
  /** Exact arguments of the program; never split or expanded. Must be empty with `shell`. @default [] */
  args?: readonly string[];
  /** Run `command` as a script of the shell. @default false: `command` is a program name, looked up on PATH */
  shell?: boolean;
  /** Working directory. @default that of the sandbox */
  cwd?: string;
  /** Environment, laid over that of the sandbox. @default {} */
  envs?: Record<string, string>;
  /** Account inside the sandbox that it runs as. @default root */
  user?: string;
  /**
   * What it reads from standard input, at most 1 MiB; the input ends after it.
   * @default nothing in the foreground; in the background an open pipe, see `sendStdin`
   */
  stdin?: StdinData;
  /**
   * Seconds after which the command and all that it started are killed: a whole number up to a day, or `Infinity`.
   * @default 30 in the foreground; none in the background
   */
  timeoutSecs?: number;
  /** Give the output as bytes too: `stdoutBytes` and `stderrBytes` of the result. @default false */
  binary?: boolean;
  /** Called with each piece of standard output as it arrives. An error that it throws ends the call. */
  onStdout?: OutputCallback;
  /** Called with each piece of standard error as it arrives. An error that it throws ends the call. */
  onStderr?: OutputCallback;
}

export interface RunOptions extends CommandOptions {
  /** Answer with a handle as soon as the command runs. @default false: wait for its end */
  background?: boolean;
}

/** What a finished command left. A non-zero exit code is a result, not an error. */
export interface CommandResult {
  /** 128 + number when a signal ended it; 124 after a timeout; 127 when the program was not found. */
  exitCode: number;
  /** Bytes that are not UTF-8 are replaced. */
  stdout: string;
  stderr: string;
  /** The same as bytes, exactly; with `binary`. */
  stdoutBytes?: Uint8Array;
  stderrBytes?: Uint8Array;
  pid: number;
  /** True when it was killed at its `timeoutSecs`. */
  timedOut: boolean;
  /** The guard of the sandbox that killed it, because memory or processes ran out. */
  killedBy: 'memory' | 'processes' | undefined;
  /** More than 16 MiB were written; `stdout` holds the start. */
  stdoutTruncated: boolean;
  /** More than 16 MiB were written; `stderr` holds the start. */
  stderrTruncated: boolean;
  /** From the call to the spawned process, timed inside the sandbox, in microseconds; not for streamed commands. */
  spawnUs?: number;
  /** From the spawn to the end, timed inside the sandbox, in microseconds; not for streamed commands. */
  runUs?: number;
}

/** A piece of a command's output. */
export interface CommandOutput {
  stream: 'stdout' | 'stderr';
  /** Whole characters. Bytes that are not UTF-8 are replaced. */
  text: string;
  /** The bytes that it stands for, exactly. */
  data: Uint8Array;
}

/** A process that was started through the API. */
export interface ProcessInfo {
  pid: number;
  command: string;
  running: boolean;
}

/** Names of signals that a process can be sent; their numbers are taken too. */
export type Signal =
  | number
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGKILL'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGALRM'
  | 'SIGTERM'
  | 'SIGCONT'
  | 'SIGSTOP'
  | 'SIGTSTP'
  | 'SIGWINCH';

/** A process, and what it and all that it started use. */
export interface ProcessDetail extends ProcessInfo {
  startedAt: Date | undefined;
  /** Undefined while it runs. */
  exitCode: number | undefined;
  /** True when it was killed at its timeout. */
  timedOut: boolean;
  /** The guard of the sandbox that killed it. */
  killedBy: 'memory' | 'processes' | undefined;
  /** Processor time so far, in milliseconds. */
  cpuMs: number;
  /** Resident memory now; 0 when it has ended. */
  memoryBytes: number;
  /** How many processes run now. */
  processCount: number;
  /** Bytes written so far. */
  stdoutBytes: number;
  stderrBytes: number;
  /** Of these, bytes that are no longer kept. */
  droppedBytes: number;
}

/** What goes to standard input: text is sent as UTF-8. At most 1 MiB a call. */
export type StdinData = string | Uint8Array;

/** Output of a process from its start. */
export interface CommandLogs {
  stdout: string;
  stderr: string;
  /** Both streams in the order of arrival. */
  output: string;
  /** Undefined while it runs. */
  exitCode: number | undefined;
  /** More was written than the server keeps; the start is kept. */
  truncated: boolean;
}
