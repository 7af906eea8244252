import type { TrackedInstance } from '../instance/tracked-instance.ts';
import type { PoolDefinition } from './definition.ts';
import { Waiters } from './waiters.ts';

/** Why a pool is not filled. */
export type Degraded = 'capacity' | 'image_not_found' | 'snapshot' | 'start_failed';

const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/** The ready instances of one pool, in this process. */
export class Pool {
  definition: PoolDefinition;
  /** Can be taken; the oldest first. */
  readonly ready: TrackedInstance[] = [];
  /** Being taken. */
  readonly claimed = new Set<TrackedInstance>();
  readonly waiters = new Waiters();
  /** Starts under way. */
  warming = 0;
  hits = 0;
  misses = 0;
  expired = 0;
  started = 0;
  /** Starts that failed since the last that worked. */
  failures = 0;
  degraded: { reason: Degraded; message: string } | undefined;
  lastRefillMs = 0;
  /** Moments, of `performance.now`. */
  askedAt = performance.now();
  retryAt = 0;
  reconciledUnixMs = 0;

  constructor(definition: PoolDefinition) {
    this.definition = definition;
  }

  /** Takes in one that is ready, for whoever waits longest or for later. */
  put(instance: TrackedInstance): void {
    this.claimed.add(instance);
    if (this.waiters.handOver(instance)) return;
    this.claimed.delete(instance);
    this.ready.push(instance);
  }

  /** One for good, which no other caller gets; undefined: none is ready. */
  take(): TrackedInstance | undefined {
    if (this.definition.mode === 'draining') return undefined;
    const instance = this.ready.shift();
    if (instance) this.claimed.add(instance);
    return instance;
  }

  /** Forgets one that was taken or has ended. */
  drop(instance: TrackedInstance): void {
    this.claimed.delete(instance);
    const place = this.ready.indexOf(instance);
    if (place >= 0) this.ready.splice(place, 1);
  }

  /** Whether one that is not there now may come. */
  get mayRefill(): boolean {
    return this.definition.mode === 'enabled' && this.definition.maxReady > 0;
  }

  noteStart(tookMs: number): void {
    this.started += 1;
    this.failures = 0;
    this.degraded = undefined;
    this.retryAt = 0;
    this.lastRefillMs = tookMs;
  }

  /** After each failure in a row the next start comes later. What lacks room only waits for it. */
  noteFailure(degraded: { reason: Degraded; message: string }): void {
    this.degraded = degraded;
    if (degraded.reason !== 'capacity') this.failures += 1;
    const delay = firstRetryMs * 2 ** Math.max(0, this.failures - 1);
    this.retryAt = performance.now() + Math.min(delay, longestRetryMs);
  }
}
