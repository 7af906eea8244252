import type { CheckoutMode } from '@nullspace/contract';
import type { EventActor } from './events/event.ts';

/** Any value that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** `destroyed` and `error` are final: a sandbox that reached one of them never leaves it. */
export type SandboxStatus = 'creating' | 'running' | 'paused' | 'destroyed' | 'error';

export type TimeoutAction = 'destroy' | 'hibernate';

/** Whoever owns keys and sandboxes. */
export interface Tenant {
  /** Made by the caller, for example `ten_…`. */
  id: string;
  /** Unique among tenants. */
  name: string;
  /** Milliseconds since 1970, as every time here. */
  createdAt: number;
}

/** An API key without its secret, of which only a hash is kept. */
export interface ApiKey {
  id: string;
  tenantId: string;
  name: string;
  /** First characters of the key, shown so that its owner recognises it. */
  prefix: string;
  /** SHA-256 of the whole key, lower-case hex. Unique. */
  hash: string;
  createdAt: number;
  lastUsedAt: number | null;
  revokedAt: number | null;
}

/** How long each part of a create took, in milliseconds. */
export interface Phases {
  queueMs: number;
  slotMs: number;
  engineMs: number;
  agentMs: number;
  configureMs: number;
}

/** A sandbox as the server knows it. The host owns the live truth; this is its projection. */
export interface Sandbox {
  id: string;
  tenantId: string;
  /** Host that runs it; null until one was chosen. */
  hostId: string | null;
  /** Template as the caller named it. */
  template: string;
  /** Digest of the root image, `sha256-<hex>`. */
  image: string;
  status: SandboxStatus;
  vcpus: number;
  memoryMb: number;
  diskMb: number;
  cwd: string;
  envs: Record<string, string>;
  /** Caller's labels. At most `maxJsonDepth` levels deep. */
  metadata: Record<string, JsonValue>;
  /** Network policy as the caller sent it. */
  network: JsonValue;
  internetAccess: boolean;
  timeoutMs: number;
  timeoutAction: TimeoutAction;
  /** When it times out; null while it does not run. */
  deadlineAt: number | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Why it ended, as a word: manual, timeout, out_of_memory, … Null while it lives. */
  reason: string | null;
  /** Why it ended, as a sentence. */
  message: string | null;
  phases: Phases | null;
  /** Number of the newest change by its host that is recorded here; 0: none. */
  revision: number;
  /** Names the computer behind the sandbox: stays the same when a resume gives it a new id. The first of its ids. */
  executionId: string;
  /** By what the sandbox came to be. */
  origin: SandboxOrigin;
  /** Sandbox that it is a copy of, or whose snapshot it was made from. */
  sourceId: string | null;
  /** Snapshot that it was made from. */
  fromSnapshotId: string | null;
  /** Id under which a resume of this paused one may be starting or running on the host. */
  resumingAs: string | null;
  /** The first of the children that one fork made together with this one. */
  forkId: string | null;
  /** What its create asked of warm pools, and got; null: nothing. */
  warmPool: AskedPool | null;
  /** Template and build that it was made from; null: a built-in one. */
  templateId: string | null;
  templateBuildId: string | null;
  /** Account of commands that name none. */
  defaultUser: string;
  /** Requests to its previews resume it while it is paused. */
  autoResume: boolean;
  /** What its previews ask for when its traffic is not public; a resume keeps it. */
  trafficToken: string | null;
}

/** A create that named a warm pool, or that none was to be used. */
export interface AskedPool {
  /** Null: it named none. */
  id: string | null;
  mode: CheckoutMode;
  /** Whether it got a ready sandbox; null: not known yet. */
  hit: boolean | null;
  waitedMs: number;
}

export type SandboxOrigin = 'create' | 'resume_from_snapshot' | 'fork';

export type NewSandbox = Pick<
  Sandbox,
  | 'id'
  | 'tenantId'
  | 'template'
  | 'image'
  | 'vcpus'
  | 'memoryMb'
  | 'diskMb'
  | 'cwd'
  | 'envs'
  | 'metadata'
  | 'network'
  | 'internetAccess'
  | 'timeoutMs'
  | 'timeoutAction'
  | 'createdAt'
> &
  Partial<Sandbox>;

/** What a host or the server has learned about a sandbox. An absent field leaves the stored one. */
export interface SandboxChange {
  status?: SandboxStatus;
  network?: JsonValue;
  /** Null: none is needed. A token that there is already stays. */
  trafficToken?: string | null;
  internetAccess?: boolean;
  hostId?: string;
  diskMb?: number;
  timeoutMs?: number;
  timeoutAction?: TimeoutAction;
  deadlineAt?: number | null;
  startedAt?: number | null;
  endedAt?: number | null;
  reason?: string | null;
  message?: string | null;
  phases?: Phases | null;
  /** With a final status: no host ever had it, so that an end which is lost is found again by who starts next. */
  unmade?: boolean;
  /** How the pool that it asked for served it. */
  checkout?: { hit: boolean; waitedMs: number };
  /**
   * Number of this change on its host. A change whose number is not above the stored one is ignored; without a
   * number only the rules of the status decide.
   */
  revision?: number;
  /** With status `paused`: the snapshot that the host saved it as. */
  pause?: { snapshotId: string; sizeBytes: number; createdAt: number };
  /** Who made the change, for its events. @default told by the reason */
  actor?: EventActor;
}

/** Names one idempotent request. */
export interface IdempotencyScope {
  tenantId: string;
  method: string;
  path: string;
  key: string;
}

/** Right to finish or release a claimed key. */
export interface IdempotencyClaim extends IdempotencyScope {
  claimId: string;
}

/** A claim that was neither finished nor released, for example because the server died. */
export interface UnfinishedClaim extends IdempotencyClaim {
  /** Sandbox that the request had inserted; null: it did not come that far. */
  sandboxId: string | null;
  claimedAt: number;
}

/** Answer that is replayed to whoever repeats the request. */
export interface StoredResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}
