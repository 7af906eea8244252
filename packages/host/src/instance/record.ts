import * as z from 'zod';
import { instanceIdPattern } from './ids.ts';

const time = z.number().int().min(0);

const spec = z.strictObject({
  image: z.string(),
  vcpus: z.number().int(),
  memory_mb: z.number().int(),
  disk_mb: z.number().int(),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  internet_access: z.boolean(),
  process_limit: z.number().int(),
  hostname: z.string(),
});

const phases = z.strictObject({
  queue_ms: z.number(),
  slot_ms: z.number(),
  engine_ms: z.number(),
  agent_ms: z.number(),
  configure_ms: z.number(),
});

/** What is known of an instance, as its journal holds it. Never changed in place: a change makes a new one. */
export const instanceRecord = z.strictObject({
  version: z.literal(1),
  instance_id: z.string().regex(instanceIdPattern),
  sandbox_id: z.string().min(1),
  state: z.enum(['creating', 'running', 'destroyed', 'error']),
  reason: z.string(),
  message: z.string(),
  /** Nothing of an ended instance is left on the machine. */
  clean: z.boolean(),
  /** The server has recorded the end; the record goes when the machine is clean. */
  forgotten: z.boolean(),
  spec,
  /** Time to live from the moment it runs; 0: none. */
  timeout_ms: time,
  /** Index of its network slot, while it runs. */
  slot: z.number().int().min(0).nullable(),
  /** Where its agent listens, while it runs. */
  agent_address: z.string(),
  agent_token: z.string(),
  /** Boot of the machine that it was made in. */
  boot_id: z.string(),
  created_unix_ms: time,
  started_unix_ms: time,
  deadline_unix_ms: time,
  ended_unix_ms: time,
  phases,
});

export type InstanceRecord = Readonly<z.infer<typeof instanceRecord>>;
export type InstanceSpec = InstanceRecord['spec'];
export type Phases = InstanceRecord['phases'];

/** How an instance ended. */
export interface End {
  state: 'destroyed' | 'error';
  reason:
    | 'manual'
    | 'timeout'
    | 'out_of_memory'
    | 'process_limit'
    | 'guest_crash'
    | 'agent_lost'
    | 'host_lost'
    | 'start_failed';
  /** One sentence for people. */
  message: string;
}

export function isFinal(record: Pick<InstanceRecord, 'state'>): boolean {
  return record.state === 'destroyed' || record.state === 'error';
}
