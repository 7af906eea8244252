import type { InstanceRecord } from '../instance/record.ts';

/** The row of the table that a start belongs to. */
export function operationOf(record: InstanceRecord): 'create' | 'resume' {
  return record.from_snapshot_id ? 'resume' : 'create';
}
