import type { Readiness as WireReadiness } from '@nullspace/contract';
import type { ReadinessProbe } from './readiness.ts';

/** A probe on the wire, with all its defaults. */
export function writeReadiness(probe: ReadinessProbe): WireReadiness {
  if (probe.kind === 'timeout') return { kind: 'timeout', timeout_ms: probe.timeoutMs };
  const { timeoutSecs, intervalMs, startupGraceSecs, ...what } = probe;
  return {
    ...what,
    timeout_secs: timeoutSecs ?? 30,
    interval_ms: intervalMs ?? 500,
    startup_grace_secs: startupGraceSecs ?? 2,
  };
}
