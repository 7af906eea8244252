import * as z from 'zod';
import { timestamp } from './sandbox-info.ts';

/** One sample of what a sandbox uses. A closed object: published clients refuse further keys. */
export const metricsSample = z.strictObject({
  timestamp,
  cpu_percent: z.number().describe('100 for each core in use.'),
  cpu_count: z.number().int(),
  mem_used_bytes: z.number().int(),
  mem_total_bytes: z.number().int(),
  disk_used_bytes: z.number().int(),
  disk_total_bytes: z.number().int(),
  network_rx_bytes: z.number().int().describe('Since the start.'),
  network_tx_bytes: z.number().int().describe('Since the start.'),
});
export type MetricsSample = z.infer<typeof metricsSample>;
export const metricsSamples = z.array(metricsSample);
