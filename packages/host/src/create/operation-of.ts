import type { InstanceRecord } from '../instance/record.ts';

/** The row of the table that a start belongs to. */
export function operationOf(record: InstanceRecord): 'create' | 'resume' | 'ready' {
  if (!record.sandbox_id) return 'ready';
  return record.from_snapshot_id ? 'resume' : 'create';
}
