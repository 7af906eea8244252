import * as z from 'zod';
import { limits } from '../limits.ts';
import { queryInteger } from './query-integer.ts';
import { timestamp } from './sandbox-info.ts';

export const lifecycleOperation = z.enum([
  'create',
  'destroy',
  'timeout_updated',
  'timeout_expired',
  'network_updated',
  'hibernate',
  'snapshot_created',
  'resume_from_snapshot',
  'fork',
  'reconcile',
]);
export type LifecycleOperation = z.infer<typeof lifecycleOperation>;

export const lifecycleStatus = z.enum(['requested', 'succeeded', 'failed']);
export type LifecycleStatus = z.infer<typeof lifecycleStatus>;

/** Events for operators are not part of the API. */
export const lifecycleAudience = z.enum(['customer']);

const subject = z.string().min(1).max(64);

export const lifecycleEvent = z.object({
  id: z.string().describe('Unique; the cursor of streams (`after_event_id`).'),
  occurred_at: timestamp,
  audience: lifecycleAudience,
  operation: lifecycleOperation,
  status: lifecycleStatus,
  actor_kind: z
    .enum(['user', 'system', 'reconcile'])
    .describe('A caller; the system by itself; or the repair after something was lost.'),
  sandbox_id: z.string().optional(),
  snapshot_id: z.string().optional(),
  source_sandbox_id: z.string().optional().describe('Sandbox that a resume or a fork came from.'),
  target_sandbox_id: z.string().optional().describe('Sandbox that a resume or a fork led to.'),
  reason: z.string().optional().describe('Why a sandbox ended, as in its `status_reason`.'),
  error_code: z.string().optional(),
  error_message: z.string().optional(),
  metadata: z
    .record(z.string(), z.unknown())
    .describe('Labels of its sandbox or snapshot; empty when they are larger than 4096 bytes of JSON.'),
  details: z.record(z.string(), z.unknown()).describe('More about it, by operation.'),
});
export type LifecycleEvent = z.infer<typeof lifecycleEvent>;

export const lifecyclePage = z.object({
  events: z.array(lifecycleEvent),
  offset: z.number().int(),
  limit: z.number().int(),
  has_more: z.boolean(),
});
export type LifecyclePage = z.infer<typeof lifecyclePage>;

const instant = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 time' });

export const offsetQuery = {
  offset: queryInteger({ min: 0, max: limits.offset })
    .optional()
    .describe('How many to leave out. Default: 0.'),
  limit: queryInteger({ min: 1, max: limits.list_limit })
    .optional()
    .describe(`Page size, 1 to ${limits.list_limit}. Default: ${limits.events_limit_default}.`),
};

const byName = 'Only this operation. Without it come all but `network_updated`.';

/** Filters of the events of one sandbox or snapshot. */
export const lifecycleQuery = z.strictObject({
  ...offsetQuery,
  order: z.enum(['asc', 'desc']).optional().describe('Oldest or newest first. Default: desc.'),
  operation: lifecycleOperation.optional().describe(byName),
  status: lifecycleStatus.optional(),
  from: instant.optional().describe('Occurred at this RFC 3339 time or later.'),
  to: instant.optional().describe('Occurred before this RFC 3339 time.'),
});

/** Filters of the events of the account. */
export const accountLifecycleQuery = lifecycleQuery.extend({
  audience: lifecycleAudience.optional(),
  sandbox_id: subject.optional(),
  snapshot_id: subject.optional(),
  source_sandbox_id: subject.optional(),
  target_sandbox_id: subject.optional(),
});
export type AccountLifecycleQuery = z.input<typeof accountLifecycleQuery>;

/** The one frame that a client of an event stream sends. */
export const subscribeFrame = z.strictObject({
  type: z.literal('subscribe'),
  operation: lifecycleOperation.nullish().describe(byName),
  status: lifecycleStatus.nullish(),
  audience: lifecycleAudience.nullish(),
  sandbox_id: subject.nullish(),
  snapshot_id: subject.nullish(),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((pairs) => Object.keys(pairs).length <= 64, 'must have at most 64 keys')
    .nullish()
    .describe('Events whose metadata has all these pairs match.'),
  live_only: z.boolean().nullish().describe('True: no event of the past.'),
  after_event_id: subject.nullish().describe('Go on after this event; everything since comes, however much.'),
  replay_limit: z
    .number()
    .int()
    .min(0)
    .max(limits.replay_limit)
    .nullish()
    .describe('Most events of the past where no known `after_event_id` says where to begin. Default: 100.'),
});
export type SubscribeFrame = z.input<typeof subscribeFrame>;

/** Frames that the server sends on an event stream. The first is `subscribed`, or an `error`. */
export const lifecycleServerFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribed'),
    subscription: z.record(z.string(), z.unknown()).describe('The filters as they were understood.'),
    reconnect_mode: z.enum(['live_only', 'cursor_replay']),
    cursor_found: z
      .boolean()
      .optional()
      .describe('Whether `after_event_id` is known. If not, the newest events are sent as without it.'),
  }),
  z.object({ type: z.literal('event'), event: lifecycleEvent }),
  z.object({ type: z.literal('error'), message: z.string(), code: z.string(), request_id: z.string() }),
]);
export type LifecycleServerFrame = z.infer<typeof lifecycleServerFrame>;
