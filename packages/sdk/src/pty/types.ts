import type { CallOptions } from '../client/options.ts';

/** A terminal session as the server knows it. */
export interface PtyInfo {
  sessionId: string;
  /** Process id of the program in it. */
  pid: number;
  cols: number;
  rows: number;
  command: string;
  startedAt: Date | undefined;
  /** Undefined while it runs. */
  exitCode: number | undefined;
}

/** Size of a terminal in characters. */
export interface PtySize {
  cols: number;
  rows: number;
}

/** How a terminal ended. */
export interface PtyResult {
  /** 128 + number when a signal ended its program. */
  exitCode: number;
}

export interface ConnectPtyOptions {
  /** Called with output as it comes; without it the session is iterated. */
  onData?: (data: Uint8Array) => void;
  /** Ends the opening with the signal's reason. */
  signal?: AbortSignal;
}

export interface CreatePtyOptions extends ConnectPtyOptions, Partial<PtySize> {
  /** Program in the terminal, a program with its arguments as a list. @default the login shell of the account */
  command?: string | readonly string[];
  /** `command` is a script of the shell. @default false */
  shell?: boolean;
  /** Working directory. @default that of the sandbox */
  cwd?: string;
  /** Environment, laid over that of the sandbox. @default {} */
  envs?: Record<string, string>;
  /** Account inside the sandbox. @default root */
  user?: string;
}

/** What `wait` takes. */
export interface WaitPtyOptions extends Pick<CallOptions, 'signal'> {
  /** Longest wait in seconds; after it a `TimeoutError` is thrown and the session goes on. @default none */
  timeoutSecs?: number;
}
