import * as z from 'zod';
import { instanceSpec } from '../instance/spec.ts';

/** What is known of a snapshot, as `record.json` in its folder. Never changed in place. */
export const snapshotRecord = z.strictObject({
  version: z.literal(1),
  snapshot_id: z.string().min(1),
  /** The sandbox and the instance that it was taken of. */
  sandbox_id: z.string().min(1),
  instance_id: z.string().min(1),
  kind: z.enum(['memory', 'filesystem']),
  /** "fork": for the children of one fork alone. */
  purpose: z.enum(['pause', 'snapshot', 'fork']),
  /** False while it is saved or removed: its files may be anything, and its source may stand still. */
  complete: z.boolean(),
  size_bytes: z.number().int().min(0),
  created_unix_ms: z.number().int().min(0),
  /** How long the source stood still. */
  frozen_ms: z.number().min(0),
  spec: instanceSpec,
  /** A file that was found damaged; empty: none known. */
  corrupt_file: z.string(),
});

export type SnapshotRecord = Readonly<z.infer<typeof snapshotRecord>>;
export type SnapshotPurpose = SnapshotRecord['purpose'];
export type SnapshotKind = SnapshotRecord['kind'];
