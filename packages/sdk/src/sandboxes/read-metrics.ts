import type { MetricsSample } from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { SandboxMetrics } from './types.ts';

export function readMetrics(wire: MetricsSample): SandboxMetrics {
  return {
    timestamp: date(wire.timestamp),
    cpuPercent: wire.cpu_percent,
    cpuCount: wire.cpu_count,
    memUsedBytes: wire.mem_used_bytes,
    memTotalBytes: wire.mem_total_bytes,
    diskUsedBytes: wire.disk_used_bytes,
    diskTotalBytes: wire.disk_total_bytes,
    networkRxBytes: wire.network_rx_bytes ?? undefined,
    networkTxBytes: wire.network_tx_bytes ?? undefined,
  };
}
