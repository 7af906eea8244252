import type { CallOptions, ClientOptions } from '../client/options.ts';

export interface ConnectOptions extends ClientOptions, CallOptions {
  /** Moves the deadline to this many seconds from now. @default the deadline stays as it is */
  timeout?: number;
  /**
   * False leaves a paused sandbox paused: the handle is good for pausing, forking and moving deadlines, and other calls
   * throw a SandboxPausedError. @default true
   */
  resume?: boolean;
}
