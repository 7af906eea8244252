import type { ClientOptions } from '../client/options.ts';
import type { WarmPoolMode } from '../templates/pools/types.ts';
import type { NetworkPolicy, TimeoutAction } from './types.ts';

/** What a new sandbox is like. Everything has a default. */
export interface CreateOptions extends ClientOptions {
  /** Name, `name:tag` or id of the template to start from. @default 'base' */
  template?: string;
  /**
   * Snapshot to start from in place of a template; see `sandbox.createSnapshot`. Template, size, working directory,
   * environment and internet access are then those of the snapshot. @default none
   */
  snapshotId?: string;
  /** Virtual CPUs. @default 2 */
  vcpus?: number;
  /** Memory that the sandbox sees, in MiB. @default 512; 2048 for `code-interpreter` */
  memoryMb?: number;
  /** Least size of its root filesystem, in MiB; the disk is grown before the boot. @default that of the server, 8192 */
  diskMb?: number;
  /** Time to live in seconds, counted from the moment the sandbox runs. @default 300 */
  timeout?: number;
  /** What happens at the deadline. @default 'destroy' */
  timeoutAction?: TimeoutAction;
  /** The same in other words; `pause` is `hibernate`. Give one of them. */
  lifecycle?: { onTimeout?: 'destroy' | 'pause' };
  /** Default working directory of commands, made if missing. @default that of the template, else /workspace */
  cwd?: string;
  /** Environment of every command. @default {} */
  envs?: Record<string, string>;
  /** Your labels: JSON values, at most 64 KiB; returned, and filterable in lists. @default {} */
  metadata?: Record<string, unknown>;
  /** Network rules. @default none beside the isolation that every sandbox has */
  network?: NetworkPolicy;
  /** Whether a request to one of its previews resumes it while it is paused. @default false */
  autoResume?: boolean;
  /** False cuts all outbound traffic. @default true */
  internetAccess?: boolean;
  /** Take a ready sandbox of this pool, `twp_…`. All else holds for it as for a new one. @default none */
  warmPool?: string;
  /**
   * What happens when none is ready: `prefer` makes a new one, `require` fails with `warm_pool_unavailable`. `bypass`
   * makes a new one in any case. @default that of the pool
   */
  warmPoolMode?: WarmPoolMode;
  /** Milliseconds to wait for one to get ready. @default 0 */
  warmPoolWaitMs?: number;
  /** Makes a repeated create answer with the same sandbox for 24 hours. @default a random one */
  idempotencyKey?: string;
  /**
   * Ends the waiting: the call rejects with the signal's reason. A sandbox whose creation ends later is killed at
   * once.
   */
  signal?: AbortSignal;
}
