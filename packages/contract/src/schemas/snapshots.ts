import * as z from 'zod';
import { errorEnvelope } from '../errors/envelope.ts';
import { limits } from '../limits.ts';
import { projected, projection } from './list-sandboxes.ts';
import { metadata } from './metadata.ts';
import { queryInteger } from './query-integer.ts';
import { sandboxInfo, timestamp } from './sandbox-info.ts';

export const snapshotKind = z.enum(['memory', 'filesystem']);
export type SnapshotKind = z.infer<typeof snapshotKind>;

/** A snapshot as it is answered with. Published clients refuse any further key: the rest is read with `fields`. */
export const snapshotInfo = z.strictObject({
  id: z.string(),
  sandbox_id: z.string().describe('The sandbox that it was taken of.'),
  size_bytes: z.number().int().describe('Bytes that it uses on disk.'),
  created_at: timestamp,
  metadata: z.record(z.string(), z.unknown()),
});
export type SnapshotInfo = z.infer<typeof snapshotInfo>;

/** Everything that `fields` can ask for. */
export const snapshotDetail = snapshotInfo.extend({
  kind: snapshotKind.describe('"memory" also holds processes and memory; "filesystem" holds files alone.'),
  status: z.enum(['ready', 'corrupt']),
  status_message: z.string().nullable().describe('What is damaged.'),
  created_via: z.enum(['snapshot', 'hibernate']).describe('By which call or event it was made.'),
  template: z.string(),
  config: sandboxInfo.shape.config,
});
export type SnapshotDetail = z.infer<typeof snapshotDetail>;

export const snapshotFields = Object.keys(snapshotDetail.shape) as (keyof SnapshotDetail)[];

/** Body of a snapshot; published clients send none. */
export const createSnapshotRequest = z
  .strictObject({
    kind: snapshotKind
      .default('memory')
      .describe('"filesystem": files alone; sandboxes made from it boot fresh processes.'),
    metadata: metadata.optional().describe('Labels of the snapshot. Absent: those of the sandbox.'),
  })
  .nullish();
export type CreateSnapshotRequest = z.input<typeof createSnapshotRequest>;

export const listSnapshotsQuery = z.strictObject({
  sandbox_id: z.string().max(1024).optional().describe('Only snapshots taken of this sandbox.'),
  metadata: z
    .string()
    .max(limits.metadata_bytes)
    .optional()
    .describe('JSON object; snapshots whose metadata has all its pairs match.'),
  limit: queryInteger({ min: 1, max: limits.list_limit })
    .optional()
    .describe(`Page size, 1 to ${limits.list_limit}. Absent: all of them, as a plain array.`),
  next_token: z.string().max(1024).optional().describe('Token of the previous page.'),
  fields: projection,
});
export type ListSnapshotsQuery = z.input<typeof listSnapshotsQuery>;

const snapshots = z.array(z.union([snapshotInfo, projected]));
/** An array; with `limit` or `next_token` a page. */
export const snapshotList = z.union([
  snapshots,
  z.object({ items: snapshots, next_token: z.string().nullable(), has_next: z.boolean() }),
]);

export const getSnapshotQuery = z.strictObject({ fields: projection });

/** Body of a fork; published clients send none. */
export const forkRequest = z
  .strictObject({
    count: z
      .number()
      .int()
      .min(1)
      .max(limits.fork_count)
      .optional()
      .describe(`Number of children, 1 to ${limits.fork_count}. Absent: one, answered as a single sandbox.`),
  })
  .nullish();
export type ForkRequest = z.input<typeof forkRequest>;

/** What became of one child of a fork. */
export const forkResult = z.union([
  z.object({ sandbox: sandboxInfo }),
  z.object({ error: errorEnvelope.shape.error }),
]);
export type ForkResult = z.infer<typeof forkResult>;

/** With `count`: one result a child, in no particular order; at least one of them runs. */
export const forkResults = z.object({ items: z.array(forkResult) });
export type ForkResults = z.infer<typeof forkResults>;
