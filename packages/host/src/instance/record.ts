import * as z from 'zod';
import { snapshotRecord } from '../snapshots/record.ts';
import { instanceIdPattern } from './ids.ts';
import { instanceSpec } from './spec.ts';

const time = z.number().int().min(0);

const phases = z.strictObject({
  queue_ms: z.number(),
  slot_ms: z.number(),
  engine_ms: z.number(),
  agent_ms: z.number(),
  configure_ms: z.number(),
});

/** Why a snapshot cannot be started from. */
export const snapshotRefusals = [
  'snapshot_not_found',
  'snapshot_corrupt',
  'incompatible_snapshot',
  'rebuild_required',
] as const;

/** What is known of an instance, as its journal holds it. Never changed in place: a change makes a new one. */
export const instanceRecord = z.strictObject({
  /** Version 1 knew no pauses, version 2 no pools. */
  version: z.union([z.literal(1), z.literal(2), z.literal(3)]).transform((): 3 => 3),
  instance_id: z.string().regex(instanceIdPattern),
  /** Empty: a ready instance of a pool, which no sandbox has yet. */
  sandbox_id: z.string(),
  /** Pool that it is of, or was taken from. */
  pool_id: z.string().default(''),
  /** How the pool served that the create asked for; null: it asked for none. */
  checkout: z.strictObject({ hit: z.boolean(), waited_ms: time }).nullable().default(null),
  state: z.enum(['creating', 'running', 'paused', 'destroyed', 'error']),
  reason: z.string(),
  message: z.string(),
  /** Nothing of an ended instance is left on the machine. */
  clean: z.boolean(),
  /** The server has recorded the end; the record goes when the machine is clean. */
  forgotten: z.boolean(),
  spec: instanceSpec,
  /** Grows with every change that watchers see. It follows the clock, so that also a record made anew after a loss is the newest. */
  revision: z.number().int().min(0).default(0),
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
  deadline_action: z.enum(['destroy', 'pause']).default('destroy'),
  ended_unix_ms: time,
  /** Snapshot that a pause of it is saved as; empty: it cannot be paused. */
  pause_snapshot_id: z.string().default(''),
  /** Snapshot that it was started from; empty: a cold start. */
  from_snapshot_id: z.string().default(''),
  /** Of a paused one: its snapshot, and how much of its time to live was left. */
  pause_snapshot: snapshotRecord.nullable().default(null),
  remaining_ms: time.default(0),
  /** Why its snapshot or its working directory was refused, for callers that ask again. */
  refusal: z
    .strictObject({
      code: z.enum([...snapshotRefusals, 'invalid_request']),
      field: z.string(),
    })
    .nullable()
    .default(null),
  phases,
});

export type InstanceRecord = Readonly<z.infer<typeof instanceRecord>>;
export type { InstanceSpec } from './spec.ts';
export type Phases = InstanceRecord['phases'];

/** How an instance ended. */
export interface End {
  state: 'destroyed' | 'error' | 'paused';
  reason:
    | 'manual'
    | 'timeout'
    | 'out_of_memory'
    | 'process_limit'
    | 'guest_crash'
    | 'agent_lost'
    | 'host_lost'
    | 'start_failed'
    | 'snapshot_corrupt';
  /** One sentence for people. */
  message: string;
}

/** True when nothing of it runs any more. A paused one goes on as another instance. */
export function isFinal({ state }: Pick<InstanceRecord, 'state'>): boolean {
  return state !== 'creating' && state !== 'running';
}
