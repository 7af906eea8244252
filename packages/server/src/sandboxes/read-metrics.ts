import type { MetricsSample } from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { SandboxAddress } from './sandbox-finder.ts';

/** What a sandbox uses right now, as its agent measures it. */
export async function readMetrics(context: Context, address: SandboxAddress): Promise<MetricsSample[]> {
  const live = await context.finder.findLive(address);
  const sample = await context.guests.call(live, { failure: 'guest_unavailable' }, ({ unary }, signal) =>
    unary.metrics({}, { signal }),
  );
  return [
    {
      timestamp: new Date().toISOString(),
      cpu_percent: Number.isFinite(sample.cpuPercent) ? Math.max(0, sample.cpuPercent) : 0,
      cpu_count: sample.cpuCount,
      mem_used_bytes: toCount(sample.memoryUsedBytes),
      mem_total_bytes: toCount(sample.memoryTotalBytes),
      disk_used_bytes: toCount(sample.diskUsedBytes),
      disk_total_bytes: toCount(sample.diskTotalBytes),
      network_rx_bytes: toCount(sample.networkRxBytes),
      network_tx_bytes: toCount(sample.networkTxBytes),
    },
  ];
}

/** A guest's 64-bit number as one that JSON carries exactly. */
export function toCount(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
