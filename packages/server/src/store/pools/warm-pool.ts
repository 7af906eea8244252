import type { CheckoutMode, WarmPoolState } from '@nullspace/contract';
import type { JsonValue } from '../records.ts';

/** What its owner sets of a pool and nothing is found by. */
export interface WarmPoolSettings {
  minReady: number;
  vcpus: number;
  memoryMb: number;
  /** Null: the default of the template or the server. */
  diskMb: number | null;
  idleTimeoutSeconds: number | null;
  staleAfterSeconds: number | null;
  checkoutPolicy: CheckoutMode;
  versionPolicy: 'pinned_build' | 'track_tag';
  /** With `track_tag`. */
  trackTag: string | null;
  /** With `pinned_build`, unless the template is built in: the build that it stays with. */
  pinnedBuildId: string | null;
  labels: Record<string, string>;
  metadata: Record<string, JsonValue>;
}

/** A pool of ready sandboxes. */
export interface WarmPool {
  tenantId: string;
  id: string;
  /** Its name on the host: ids of callers are unique in their tenant only. */
  hostPoolId: string;
  name: string;
  state: WarmPoolState;
  templateRef: string;
  /** Null: a built-in template. */
  templateId: string | null;
  maxReady: number;
  settings: WarmPoolSettings;
  createdAt: number;
  updatedAt: number;
  enabledAt: number | null;
  disabledAt: number | null;
  drainRequestedAt: number | null;
}

/** An absent field leaves the stored one. */
export type WarmPoolChange = Partial<
  Pick<
    WarmPool,
    | 'name'
    | 'state'
    | 'templateRef'
    | 'templateId'
    | 'maxReady'
    | 'settings'
    | 'enabledAt'
    | 'disabledAt'
    | 'drainRequestedAt'
  >
>;

export type WarmPoolAddress = Pick<WarmPool, 'tenantId' | 'id'>;

/** `taken`: the tenant has a pool of this id. `full`: its pools may not hold so many; `ready` are those of its others. */
export type WarmPoolResult =
  | { outcome: 'done'; pool: WarmPool }
  | { outcome: 'taken' }
  | { outcome: 'full'; ready: number };

/** What the server remembers of warm pools. The promises of `Store` hold for each verb. */
export interface WarmPoolStore {
  /** Inserts a pool, unless the pools of its tenant would hold more than `maxReady` together. */
  insertWarmPool(pool: WarmPool, options: { maxReady: number }): Promise<WarmPoolResult>;
  getWarmPool(address: WarmPoolAddress): Promise<WarmPool | undefined>;
  /** Pools of a tenant or of all, oldest first. */
  listWarmPools(query?: { tenantId?: string }): Promise<WarmPool[]>;
  /** Changes a pool within the same bound. With `from`, only one in that state. Undefined: there is none. */
  updateWarmPool(
    address: WarmPoolAddress,
    options: { change: WarmPoolChange; now: number; maxReady: number; from?: WarmPool['state'] },
  ): Promise<WarmPoolResult | undefined>;
  /** False: there was none. */
  deleteWarmPool(address: WarmPoolAddress): Promise<boolean>;
}
