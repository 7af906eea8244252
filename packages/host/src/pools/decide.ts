import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { isSameShape, shapeOf } from './definition.ts';
import type { Pool } from './pool.ts';

/** What brings a pool to what it is to be. */
export interface Decision {
  /** Instances to start now. */
  start: number;
  end: TrackedInstance[];
  /** Those of `end` that are ended for their age. */
  expired: number;
}

/** Decides about a pool at a moment of `performance.now` and of the clock; at most `atOnce` starts are under way. */
export function decide(pool: Pool, options: { now: number; unixMs: number; atOnce: number }): Decision {
  const { mode, minReady, maxReady, maxAgeMs, idleTimeoutMs } = pool.definition;
  if (mode === 'draining') return { start: 0, end: [...pool.ready], expired: 0 };
  const shape = pool.definition;
  const fitting = pool.ready.filter(({ record }) => isSameShape(shapeOf(record), shape));
  const end = pool.ready.filter((instance) => !fitting.includes(instance));
  const idle = idleTimeoutMs > 0 && options.now - pool.askedAt >= idleTimeoutMs;
  const keep = idle ? Math.min(minReady, maxReady) : maxReady;
  end.push(...fitting.splice(0, Math.max(0, fitting.length - keep)));
  let expired = 0;
  // One after another, so that a pool whose instances are of one age is never empty for that; and none while new ones fail.
  const oldest = fitting[0];
  if (mode === 'enabled' && oldest && pool.failures === 0 && pool.warming === 0) {
    if (options.unixMs - oldest.record.started_unix_ms >= maxAgeMs) {
      end.push(oldest);
      fitting.shift();
      expired = 1;
    }
  }
  if (mode !== 'enabled' || options.now < pool.retryAt) return { start: 0, end, expired };
  const target = Math.min(maxReady, minReady + pool.waiters.size);
  const missing = target - fitting.length - pool.warming;
  return { start: Math.max(0, Math.min(missing, options.atOnce - pool.warming)), end, expired };
}
