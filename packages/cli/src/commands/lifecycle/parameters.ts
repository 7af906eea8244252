import type { OptionSpec } from '../../command.ts';

export const operations = [
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
];

/** Filters that lists and streams of events share. */
export const eventFilters: OptionSpec[] = [
  { name: 'operation', choices: operations, description: 'Only this operation.' },
  { name: 'status', choices: ['requested', 'succeeded', 'failed'], description: 'Only this status.' },
  { name: 'sandbox-id', description: 'Only events of this sandbox.' },
  { name: 'snapshot-id', description: 'Only events of this snapshot.' },
];

/** A page of events or deliveries. */
export const pageOptions: OptionSpec[] = [
  { name: 'offset', type: 'integer', minimum: 0, default: 0, description: 'How many to leave out.' },
  { name: 'limit', type: 'integer', minimum: 1, default: 50, description: 'Most to show.' },
];
