import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { EventActor, EventOperation, EventStatus } from './events/event.ts';
import type { SandboxStatus, TimeoutAction } from './records.ts';

/** Tables as both databases hold them: times and counts are whole numbers, flags are 0 or 1, JSON is text. */
export interface Schema {
  tenants: TenantTable;
  api_keys: ApiKeyTable;
  sandboxes: SandboxTable;
  sandbox_labels: SandboxLabelTable;
  idempotency_keys: IdempotencyTable;
  events: EventTable;
  event_counters: EventCounterTable;
}

export type Database = Kysely<Schema>;
export type DatabaseTransaction = Transaction<Schema>;

interface TenantTable {
  id: string;
  name: string;
  created_at: number;
}

interface ApiKeyTable {
  id: string;
  tenant_id: string;
  name: string;
  prefix: string;
  hash: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

interface SandboxTable {
  id: string;
  tenant_id: string;
  host_id: string | null;
  template: string;
  image: string;
  status: SandboxStatus;
  vcpus: number;
  memory_mb: number;
  disk_mb: number;
  cwd: string;
  envs: string;
  metadata: string;
  network: string;
  internet_access: number;
  timeout_ms: number;
  timeout_action: TimeoutAction;
  deadline_at: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  reason: string | null;
  message: string | null;
  phases: string | null;
  revision: number;
}

/**
 * What a list can be filtered by: one row for the template and one for each pair of the metadata. Status and time
 * are repeated here so that one index answers filter, order and place of a page.
 */
interface SandboxLabelTable {
  sandbox_id: string;
  tenant_id: string;
  label: string;
  status: SandboxStatus;
  created_at: number;
}

interface IdempotencyTable {
  tenant_id: string;
  method: string;
  path: string;
  key: string;
  body_hash: string;
  claim_id: string;
  status: 'in_progress' | 'done';
  sandbox_id: string | null;
  status_code: number | null;
  headers: string | null;
  body: string | null;
  claimed_at: number;
  expires_at: number;
}

/** What happened to the sandboxes and snapshots of a tenant, numbered in the order of the commits. */
interface EventTable {
  tenant_id: string;
  number: number;
  id: string;
  occurred_at: number;
  operation: EventOperation;
  status: EventStatus;
  actor: EventActor;
  sandbox_id: string | null;
  snapshot_id: string | null;
  source_sandbox_id: string | null;
  target_sandbox_id: string | null;
  reason: string | null;
  error_code: string | null;
  error_message: string | null;
  metadata: string;
  details: string;
}

/** Number of the newest event of each tenant. */
interface EventCounterTable {
  tenant_id: string;
  last: number;
}

export type TenantRow = Selectable<TenantTable>;
export type ApiKeyRow = Selectable<ApiKeyTable>;
export type SandboxRow = Selectable<SandboxTable>;
export type NewLabelRow = Insertable<SandboxLabelTable>;
export type IdempotencyRow = Selectable<IdempotencyTable>;
export type EventRow = Selectable<EventTable>;
