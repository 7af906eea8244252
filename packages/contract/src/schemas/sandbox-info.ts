import * as z from 'zod';
import { timeoutAction } from './create-sandbox.ts';
import { networkPolicy } from './network-policy.ts';
import { checkoutResult } from './warm-pool-checkout.ts';

export const sandboxStatus = z.enum(['creating', 'running', 'paused', 'destroyed', 'error']);
export type SandboxStatus = z.infer<typeof sandboxStatus>;

/** RFC 3339 in UTC with milliseconds. */
export const timestamp = z.string().describe('RFC 3339 timestamp in UTC.');

export const sandboxInfo = z.object({
  id: z.string(),
  status: sandboxStatus,
  status_reason: z
    .string()
    .nullable()
    .describe(
      'Why it ended: manual, timeout, out_of_memory, process_limit, guest_crash, agent_lost, host_lost, start_failed, snapshot_corrupt. Why it was paused: manual, timeout.',
    ),
  status_message: z.string().nullable().describe('The reason as a sentence.'),
  template: z.string(),
  config: z.object({
    vcpus: z.number().int(),
    memory_mb: z.number().int(),
    disk_mb: z.number().int(),
  }),
  metadata: z.record(z.string(), z.unknown()),
  cwd: z.string(),
  network: networkPolicy.nullable(),
  internet_access: z.boolean(),
  created_at: timestamp,
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  timeout_ms: z.number().int().describe('Current time to live in milliseconds.'),
  timeout_at: timestamp.nullable().describe('Deadline.'),
  expires_at: timestamp.nullable().describe('Same as timeout_at.'),
  timeout_action: timeoutAction,
  snapshot_id: z.string().nullable().describe('Snapshot that a paused sandbox resumes from.'),
  traffic_access_token: z.string().nullable(),
  warm_pool_checkout: checkoutResult
    .optional()
    .describe('How the warm pool served that its create named. Absent: it named none.'),
});
export type SandboxInfo = z.infer<typeof sandboxInfo>;

export const sandboxFields = Object.keys(sandboxInfo.shape) as (keyof SandboxInfo)[];
