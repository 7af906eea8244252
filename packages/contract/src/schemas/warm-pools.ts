import * as z from 'zod';
import { limits } from '../limits.ts';
import { metadata } from './metadata.ts';
import { queryInteger } from './query-integer.ts';
import { timestamp } from './sandbox-info.ts';
import { templateTag } from './templates/names.ts';
import { checkoutMode } from './warm-pool-checkout.ts';

export const warmPoolState = z.enum(['enabled', 'disabled', 'draining']);
export type WarmPoolState = z.infer<typeof warmPoolState>;

export const versionPolicy = z.enum(['pinned_build', 'track_tag']);

const ready = z.number().int().min(0).max(limits.pool_ready);
const seconds = z.number().int().min(1).max(limits.pool_seconds);

const resources = z.strictObject({
  vcpus: z.number().int().min(1).max(limits.ceiling_vcpus).default(2),
  memory_mb: z.number().int().min(limits.min_memory_mb).max(limits.ceiling_memory_mb).default(512),
  disk_mb: z.number().int().min(limits.min_disk_mb).max(limits.ceiling_disk_mb).optional(),
});

const labels = z
  .record(z.string().min(1).max(128), z.string().max(1024))
  .refine((all) => Object.keys(all).length <= 64, 'must be at most 64 labels');

const settable = {
  template_ref: z
    .string()
    .min(1)
    .max(limits.template_ref_chars)
    .describe('Template that its sandboxes are made from.'),
  name: z.string().min(1).max(200),
  min_ready: ready.describe('It is refilled to this number.'),
  max_ready: ready.describe('It never holds more; at least min_ready.'),
  resources: resources.describe('Size of each. A create takes only what has the size that it asks for.'),
  idle_timeout_seconds: seconds
    .nullable()
    .describe('Ready ones above min_ready are ended when no create asked for so long. Absent: never.'),
  stale_after_seconds: seconds.nullable().describe('A ready one is replaced at this age. Absent: 6 hours.'),
  checkout_policy: checkoutMode.describe('What a create does that does not say it itself.'),
  version_policy: versionPolicy.describe(
    'pinned_build: stays with the build that the template means now. track_tag: follows track_tag.',
  ),
  track_tag: templateTag.nullable().describe('Absent with track_tag: the tag of template_ref.'),
  labels: labels.describe('Labels of the caller; lists can be filtered by them.'),
  metadata,
};

const isOrdered = (body: { min_ready?: number; max_ready?: number }) =>
  body.min_ready === undefined || body.max_ready === undefined || body.max_ready >= body.min_ready;
const order = { path: ['max_ready'], message: 'must be at least min_ready' };

export const createWarmPoolRequest = z
  .strictObject({
    id: z
      .string()
      .regex(/^twp_[A-Za-z0-9_-]{1,60}$/, 'must be "twp_" and 1 to 60 letters, digits, "_" and "-"')
      .optional()
      .describe('Id of the pool. Absent: the server makes one.'),
    ...settable,
    idle_timeout_seconds: settable.idle_timeout_seconds.optional(),
    stale_after_seconds: settable.stale_after_seconds.optional(),
    checkout_policy: settable.checkout_policy.default('prefer'),
    version_policy: settable.version_policy.optional(),
    track_tag: settable.track_tag.optional(),
    labels: settable.labels.default({}),
    metadata: settable.metadata.default({}),
  })
  .refine(isOrdered, order);
export type CreateWarmPoolRequest = z.input<typeof createWarmPoolRequest>;
export type CreateWarmPoolBody = z.output<typeof createWarmPoolRequest>;

export const updateWarmPoolRequest = z
  .strictObject(settable)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .refine(isOrdered, order);
export type UpdateWarmPoolRequest = z.input<typeof updateWarmPoolRequest>;
export type UpdateWarmPoolBody = z.output<typeof updateWarmPoolRequest>;

const label = z.string().regex(/^[^=]+=/, 'must be key=value');
const counts = [
  'target',
  'ready',
  'warming',
  'claimed',
  'draining',
  'failed',
  'expired',
  'unavailable',
] as const;
export type WarmPoolCount = (typeof counts)[number];

export const listWarmPoolsQuery = z.strictObject({
  template: z
    .string()
    .min(1)
    .max(limits.template_ref_chars)
    .optional()
    .describe('Pools of this template_ref.'),
  state: z
    .enum([...warmPoolState.options, 'deleted'])
    .optional()
    .describe('Deleted pools are gone: the list of those is empty.'),
  label: z
    .union([label.transform((one) => [one]), z.array(label).max(64)], 'must be key=value, 64 times at most')
    .optional()
    .describe('As key=value; repeated: all of them.'),
  status: z.enum(counts).optional().describe('Pools whose count of this name is above zero.'),
  limit: queryInteger({ min: 1, max: limits.list_limit }).optional(),
});

const whole = z.number().int();

export const warmPool = z.object({
  id: z.string(),
  name: z.string(),
  template_ref: z.string(),
  state: warmPoolState,
  min_ready: whole,
  max_ready: whole,
  resources: z.object({ vcpus: whole, memory_mb: whole, disk_mb: whole }),
  status: z
    .object({
      target: whole.describe('How many are to be ready.'),
      ready: whole.describe('Can be taken.'),
      warming: whole.describe('Being started.'),
      claimed: whole.describe('Being taken at this moment.'),
      draining: whole.describe('Being ended.'),
      failed: whole.describe('Starts that failed since the last that worked.'),
      expired: whole.describe('Replaced for their age since the start of the host.'),
      unavailable: whole.describe('Missing to target.'),
    })
    .describe('How the pool stands now.'),
  checkouts: z
    .object({
      hits: whole,
      misses: whole,
      hit_rate: z.number().nullable().describe('Share of hits; null: nobody asked.'),
    })
    .describe('Creates that asked the pool since the start of the host.'),
  memory_mb: whole.describe('Memory that its sandboxes reserve now.'),
  last_refill_ms: z.number().nullable().describe('How long the last start took.'),
  oldest_ready_seconds: z.number().nullable(),
  degraded_reason: z
    .enum([
      'no_eligible_hosts',
      'artifact_not_ready',
      'artifact_prewarm_failed',
      'quota_exceeded',
      'template_build_unavailable',
      'controller_disabled',
      'drain_active',
    ])
    .optional()
    .describe('Why it is not filled.'),
  degraded_message: z.string().optional().describe('The reason as a sentence.'),
  resolved_template: z.string().optional(),
  resolved_template_build_id: z.string().optional(),
  idle_timeout_seconds: whole.optional(),
  stale_after_seconds: whole.optional(),
  checkout_policy: checkoutMode,
  version_policy: versionPolicy,
  track_tag: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  metadata: z.record(z.string(), z.unknown()),
  created_at: timestamp,
  updated_at: timestamp,
  enabled_at: timestamp.optional(),
  disabled_at: timestamp.optional(),
  drain_requested_at: timestamp.optional(),
  last_reconciled_at: timestamp.optional(),
});
export type WarmPool = z.infer<typeof warmPool>;

export const warmPoolList = z.object({ items: z.array(warmPool) });
