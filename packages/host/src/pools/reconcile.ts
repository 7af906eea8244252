import type { HostContext } from '../context.ts';
import { decide } from './decide.ts';
import { endReady } from './end-ready.ts';
import type { Pool } from './pool.ts';
import { refill } from './refill.ts';
import { renewSystemPool } from './system-pool.ts';

/** Keeps the pools of a host filled until it closes. */
export function startReconciling(host: HostContext): void {
  const { pools, timing, closing } = host;
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  const look = async () => {
    due = Number.POSITIVE_INFINITY;
    if (host.draining || closing.signal.aborted) return;
    await renewSystemPool(host).catch((error) => {
      host.log.error({ err: error }, 'the installed images could not be read');
    });
    if (host.draining) return;
    for (const pool of pools.all()) reconcile(host, pool);
    pools.wake(nextLook(pools.all(), timing.poolCheckMs));
  };
  pools.wake = (withinMs) => {
    const at = performance.now() + withinMs;
    if (host.draining || at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), withinMs);
    timer.unref();
  };
  closing.signal.addEventListener('abort', () => clearTimeout(timer));
  pools.wake(0);
}

/** Ends what is too much and starts what is missing. */
export function reconcile(host: HostContext, pool: Pool): void {
  const { start, end, expired } = decide(pool, {
    now: performance.now(),
    unixMs: Date.now(),
    atOnce: host.gate.width,
  });
  pool.expired += expired;
  pool.reconciledUnixMs = Date.now();
  for (const instance of end) {
    pool.drop(instance);
    endReady(host, instance);
  }
  for (let left = start; left > 0; left -= 1) void refill(host, pool);
}

function nextLook(pools: readonly Pool[], mostMs: number): number {
  const now = performance.now();
  const retries = pools.map(({ retryAt }) => retryAt - now).filter((ms) => ms > 0);
  return Math.min(mostMs, ...retries);
}
