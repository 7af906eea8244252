import type { LifecycleEvent, NewEvent } from './events/event.ts';
import type { EventListener } from './events/listen.ts';
import type { EventFilter, EventRange } from './events/read-events.ts';
import type { WarmPoolStore } from './pools/warm-pool.ts';
import type { PreviewStore } from './previews/preview-store.ts';
import type {
  ApiKey,
  IdempotencyClaim,
  IdempotencyScope,
  JsonValue,
  NewSandbox,
  Sandbox,
  SandboxChange,
  SandboxStatus,
  StoredResponse,
  Tenant,
  UnfinishedClaim,
} from './records.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';
import type { SshAccessStore } from './ssh/ssh-access-store.ts';
import type { TemplateStore } from './templates/template-store.ts';
import type { UploadStore } from './uploads/upload-store.ts';
import type { WebhookStore } from './webhooks/webhook-store.ts';

/**
 * Everything the server remembers. A write has reached the disk when its promise resolves, except where a verb
 * says otherwise, and each verb is atomic: it happens whole or not at all, also when the process is killed in
 * its middle or another process opens the same database.
 *
 * Every verb rejects with `StoreError`, whose `code` is `disk_full`, `busy`, `unavailable`, `conflict`,
 * `invalid_value` or `failed`.
 */
export interface Store
  extends SnapshotStore,
    WebhookStore,
    TemplateStore,
    PreviewStore,
    SshAccessStore,
    UploadStore,
    WarmPoolStore {
  /** `sqlite` or `postgres`. */
  readonly dialect: 'sqlite' | 'postgres';

  /** Resolves when the database answers. */
  ping(): Promise<void>;

  /** Inserts a tenant. Rejects with `conflict` when its id or name is taken. */
  createTenant(tenant: Tenant): Promise<Tenant>;
  /** The tenant of that name; inserted when there is none. Callers at once get the same one. */
  ensureTenant(tenant: Tenant): Promise<Tenant>;
  getTenant(id: string): Promise<Tenant | undefined>;
  /** All tenants, oldest first. */
  listTenants(): Promise<Tenant[]>;

  /** Inserts a key. Rejects with `conflict` when its id, its hash or the tenant's id does not fit. */
  createKey(key: Pick<ApiKey, 'id' | 'tenantId' | 'name' | 'prefix' | 'hash' | 'createdAt'>): Promise<ApiKey>;
  /** The key of that hash, revoked or not: see `revokedAt`. */
  findKeyByHash(hash: string): Promise<ApiKey | undefined>;
  /** Keys, oldest first, revoked ones too; of one tenant or of all. */
  listKeys(query?: { tenantId?: string }): Promise<ApiKey[]>;
  /** Revokes a key for good and returns it; repeated, the first time stays. Undefined: no such key. */
  revokeKey(revocation: { id: string; revokedAt: number }): Promise<ApiKey | undefined>;
  /**
   * Records that a key was used. Writes at most once a minute and key, and a use may be lost when the machine
   * loses power.
   */
  markKeyUsed(use: { id: string; usedAt: number }): Promise<void>;

  /**
   * Inserts a sandbox as `creating`, unless its tenant already has `maxLive` sandboxes that are creating or
   * running; callers at once never exceed it together. Its event is recorded with it. With `claim` the idempotency key
   * remembers the sandbox from the same moment on. Nobody has to wait for the disk before `onDisk`.
   */
  insertSandbox(
    sandbox: NewSandbox,
    options: { maxLive: number; claim?: IdempotencyClaim },
  ): Promise<InsertResult>;
  /** A sandbox of that tenant, in whatever state. */
  getSandbox(address: { tenantId: string; id: string }): Promise<Sandbox | undefined>;
  /** A sandbox of any tenant. For events of hosts and for operators, never for a caller's request. */
  findSandbox(id: string): Promise<Sandbox | undefined>;
  /** One page, newest first. */
  listSandboxes(query: SandboxQuery): Promise<SandboxPage>;
  /** Sandboxes that are creating or running, of one tenant or of all. */
  countLive(query?: { tenantId?: string }): Promise<number>;
  /**
   * Records what was learned about a sandbox. A final state is never left and never changed, a sandbox that
   * came up never turns `creating` again, and a change older than the recorded one (`revision`) is ignored.
   * Its events are recorded with it. An end of what a host had has reached the disk when this resolves. Another change may be lost when the machine loses power, not
   * when the process is killed: the host tells it again.
   */
  updateSandbox(id: string, change: SandboxChange): Promise<UpdateResult>;
  /** All sandboxes in a state that is not final, oldest first: of one host, of none (`null`), or of all. */
  listUnfinished(query?: { hostId?: string | null }): Promise<Sandbox[]>;

  /** Records an event that no change goes with, for example that something was asked for. */
  recordEvent(event: NewEvent): Promise<void>;
  /** Events of a tenant in their order or against it. */
  listEvents(
    filter: EventFilter,
    page: { order: 'asc' | 'desc'; offset: number; limit: number },
  ): Promise<LifecycleEvent[]>;
  /** Events after a number and up to another. */
  readEvents(filter: EventFilter, range: EventRange): Promise<LifecycleEvent[]>;
  findEvent(address: { tenantId: string; id: string }): Promise<LifecycleEvent | undefined>;
  /** Numbers of the oldest event that is kept and of the newest; tenants without events are left out. */
  eventRanges(tenantIds: string[]): Promise<Map<string, { first: number; last: number }>>;
  /** Calls back after events of a tenant were committed by this process. Returns how to stop. */
  onEvents(listener: EventListener): () => void;

  /**
   * Takes an idempotency key, or says why not. Of many callers at once one gets `claimed`. A claim, its end and its
   * release may be lost when the machine loses power, until `insertSandbox` has noted a sandbox in it.
   */
  claimIdempotencyKey(
    request: IdempotencyScope & {
      /** SHA-256 of the body, lower-case hex. */
      bodyHash: string;
      now: number;
      /** After this the key may be claimed anew. */
      expiresAt: number;
    },
  ): Promise<ClaimResult>;
  /** Stores the answer to replay. False: the claim is no longer the caller's, and nothing was stored. */
  finishIdempotencyKey(claim: IdempotencyClaim, response: StoredResponse): Promise<boolean>;
  /** Gives the key free for another attempt. False: the claim is no longer the caller's. */
  releaseIdempotencyKey(claim: IdempotencyClaim): Promise<boolean>;
  /** Claims left by a server that died. To be called when a server starts, before it takes requests. */
  listUnfinishedClaims(): Promise<UnfinishedClaim[]>;

  /** Deletes ended sandboxes, old events and expired keys in small steps, so that other callers are served in between. */
  purgeExpired(limits: PurgeLimits): Promise<PurgeResult>;

  /** Waits for running verbs and closes the database. The store is of no use afterwards. */
  close(): Promise<void>;
}

export type InsertResult =
  /** `onDisk` resolves when the record outlives a loss of power; it may reject, and need not be awaited. */
  { inserted: true; sandbox: Sandbox; onDisk: Promise<void> } | { inserted: false; live: number };

export type UpdateResult =
  /** `previous` is the status before the change. */
  | { applied: true; sandbox: Sandbox; previous: SandboxStatus }
  /**
   * The change was older, the sandbox had ended, or all of it was recorded already. `sandbox` is what is recorded;
   * undefined: unknown id.
   */
  | { applied: false; sandbox: Sandbox | undefined };

export type ClaimResult =
  | { outcome: 'claimed'; claim: IdempotencyClaim }
  /** The first request still runs; `sandboxId` when it has inserted one. */
  | { outcome: 'in_progress'; sandboxId: string | null }
  /** The key was used with another body. */
  | { outcome: 'conflict' }
  | { outcome: 'done'; sandboxId: string | null; response: StoredResponse };

export interface SandboxQuery {
  tenantId: string;
  /** @default creating, running and paused */
  statuses?: readonly SandboxStatus[];
  template?: string;
  /** Pairs that must all be there with the very same JSON value; the order of an object's keys does not matter. */
  metadata?: Record<string, JsonValue>;
  /** Most sandboxes in the page, from 1. */
  limit: number;
  /** Where the page before ended. */
  after?: SandboxCursor;
}

export interface SandboxPage {
  items: Sandbox[];
  /** Where this page ends; undefined: it is the last. See `encodeCursor`. */
  next: SandboxCursor | undefined;
}

/** A place in the list: behind this sandbox. */
export interface SandboxCursor {
  createdAt: number;
  id: string;
}

export interface PurgeLimits {
  now: number;
  /** Sandboxes that ended before this go. */
  endedBefore: number;
  /** Events that occurred before this go. @default none */
  eventsBefore?: number;
  /** Newest events of each tenant that stay. @default all */
  eventsKept?: number;
}

export interface PurgeResult {
  sandboxes: number;
  /** Names that led to a sandbox that is forgotten. */
  aliases: number;
  snapshots: number;
  /** Preview grants of sandboxes that are forgotten. */
  previewGrants: number;
  sshAccesses: number;
  idempotencyKeys: number;
  events: number;
}
