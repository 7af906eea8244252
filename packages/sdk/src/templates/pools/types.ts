/** What a create does when nothing is ready: `prefer` starts one, `require` fails; `bypass` never asks. */
export type WarmPoolMode = 'prefer' | 'require' | 'bypass';

/** Only an `enabled` pool is refilled; a `draining` one gives nothing out. */
export type WarmPoolState = 'enabled' | 'disabled' | 'draining' | 'deleted';

/** How a create that named a pool was served. */
export interface WarmPoolCheckout {
  source: 'ready_instance' | 'cold_create' | 'bypassed';
  /** Whether it was taken from the pool. */
  hit: boolean;
  /** The pool. */
  id: string | undefined;
  mode: WarmPoolMode | undefined;
  /** Milliseconds that it waited for an instance. */
  waitMs: number | undefined;
}

/** What can be chosen of a pool. */
export interface WarmPoolSettings {
  /** What its sandboxes are made from. */
  template: string;
  /** What you call it. */
  name: string;
  /** It is refilled below this. */
  minReady: number;
  /** It never holds more. */
  maxReady: number;
  /** Virtual CPUs of each; a create takes from it only what has the same size. @default 2 */
  vcpus?: number;
  /** MiB. @default 512 */
  memoryMb?: number;
  /** MiB. @default that of the server */
  diskMb?: number;
  /** What nobody took for so many seconds is renewed. @default that of the server */
  idleTimeoutSeconds?: number;
  /** What is older than so many seconds is renewed. @default that of the server */
  staleAfterSeconds?: number;
  /** What creates do that do not say it themselves. @default 'prefer' */
  checkoutPolicy?: WarmPoolMode;
  /** Stay with the build of now, or follow `trackTag`. @default 'pinned_build' */
  versionPolicy?: 'pinned_build' | 'track_tag';
  trackTag?: string;
  /** Labels of yours, usable in `list`. @default {} */
  labels?: Record<string, string>;
  /** JSON of yours, returned. @default {} */
  metadata?: Record<string, unknown>;
}

/** A pool as the server knows it. */
export interface WarmPoolInfo {
  id: string;
  name: string;
  /** As it was asked for. */
  templateRef: string;
  /** What `templateRef` means now. */
  resolvedTemplate: string | undefined;
  resolvedTemplateBuildId: string | undefined;
  state: WarmPoolState;
  minReady: number;
  maxReady: number;
  resources: { vcpus: number; memoryMb: number; diskMb: number | undefined };
  /** Instances by what they are; `target` is how many shall be ready. */
  status: {
    target: number;
    ready: number;
    warming: number;
    claimed: number;
    draining: number;
    failed: number;
    expired: number;
    unavailable: number;
  };
  /** Why it is not as full as it should be. */
  degradedReason: string | undefined;
  checkoutPolicy: WarmPoolMode;
  versionPolicy: 'pinned_build' | 'track_tag';
  trackTag: string | undefined;
  idleTimeoutSeconds: number | undefined;
  staleAfterSeconds: number | undefined;
  /** How far instances follow a tag that moved, in the API's names. */
  rolloutStatus: Record<string, unknown> | undefined;
  rolloutGeneration: number | undefined;
  labels: Record<string, string>;
  metadata: Record<string, unknown>;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
  enabledAt: Date | undefined;
  disabledAt: Date | undefined;
  drainRequestedAt: Date | undefined;
  lastReconciledAt: Date | undefined;
}
