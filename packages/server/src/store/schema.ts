import type { WarmPoolState } from '@nullspace/contract';
import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { EventActor, EventOperation, EventStatus } from './events/event.ts';
import type { Grant } from './previews/preview.ts';
import type { SandboxOrigin, SandboxStatus, TimeoutAction } from './records.ts';
import type { SnapshotKind, SnapshotOrigin, SnapshotStatus } from './snapshots/snapshot.ts';
import type {
  BuildBackend,
  BuildSource,
  BuildStatus,
  StoredLayer,
  TemplateVisibility,
} from './templates/template.ts';
import type { Upload, UploadStatus } from './uploads/upload.ts';
import type { DeliveryStatus } from './webhooks/webhook.ts';

/** Tables as both databases hold them: times and counts are whole numbers, flags are 0 or 1, JSON is text. */
export interface Schema {
  tenants: TenantTable;
  api_keys: ApiKeyTable;
  sandboxes: SandboxTable;
  sandbox_labels: SandboxLabelTable;
  idempotency_keys: IdempotencyTable;
  events: EventTable;
  event_counters: EventCounterTable;
  webhooks: WebhookTable;
  webhook_deliveries: DeliveryTable;
  webhook_attempts: AttemptTable;
  server_secrets: SecretTable;
  preview_grants: PreviewGrantTable;
  preview_addresses: PreviewAddressTable;
  ssh_accesses: SshAccessTable;
  sandbox_aliases: SandboxAliasTable;
  snapshots: SnapshotTable;
  warm_pools: WarmPoolTable;
  snapshot_labels: SnapshotLabelTable;
  uploads: UploadTable;
  template_namespaces: NamespaceTable;
  templates: TemplateTable;
  template_tags: TagTable;
  template_aliases: TemplateAliasTable;
  template_claims: ClaimTable;
  template_builds: BuildTable;
  template_build_definitions: DefinitionTable;
  template_build_logs: BuildLogTable;
  template_layers: LayerTable;
}

interface SshAccessTable {
  id: string;
  tenant_id: string;
  sandbox_id: string;
  execution_id: string;
  account: string;
  public_key: string;
  key_hash: string;
  certificate_hash: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
}

export type SshAccessRow = Selectable<SshAccessTable>;

interface WarmPoolTable {
  tenant_id: string;
  id: string;
  host_pool_id: string;
  name: string;
  state: WarmPoolState;
  template_ref: string;
  template_id: string | null;
  max_ready: number;
  /** `WarmPoolSettings` as JSON. */
  settings: string;
  created_at: number;
  updated_at: number;
  enabled_at: number | null;
  disabled_at: number | null;
  drain_requested_at: number | null;
}

export type WarmPoolRow = Selectable<WarmPoolTable>;

export type Database = Kysely<Schema>;
export type DatabaseTransaction = Transaction<Schema>;

interface UploadTable {
  id: string;
  tenant_id: string;
  execution_id: string;
  kind: Upload['kind'];
  source_kind: Upload['sourceKind'];
  target_path: string;
  user_name: string | null;
  content_length: number;
  part_size: number;
  conflict: Upload['conflict'];
  whole_checksum: string | null;
  status: UploadStatus;
  reserved_bytes: number;
  published_bytes: number | null;
  published_files: number | null;
  created_at: number;
  updated_at: number;
  expires_at: number;
}

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
  /** Null in rows that an older version wrote: their own id. */
  execution_id: string | null;
  origin: SandboxOrigin | null;
  source_id: string | null;
  from_snapshot_id: string | null;
  resuming_as: string | null;
  fork_id: string | null;
  /** Null: a built-in one. */
  template_id: string | null;
  template_build_id: string | null;
  default_user: string | null;
  /** Null in rows that an older version wrote: no. */
  auto_resume: number | null;
  traffic_token: string | null;
  /** `AskedPool` as JSON. */
  warm_pool: string | null;
}

/** An id that a sandbox had before it was resumed. */
interface SandboxAliasTable {
  id: string;
  tenant_id: string;
  execution_id: string;
}

interface SnapshotTable {
  id: string;
  tenant_id: string;
  sandbox_id: string;
  execution_id: string;
  kind: SnapshotKind;
  status: SnapshotStatus;
  created_via: SnapshotOrigin;
  size_bytes: number;
  metadata: string;
  /** `SavedSettings` as JSON. */
  settings: string;
  created_at: number;
  corrupt_file: string | null;
}

/** What a list of snapshots can be filtered by: one row for each pair of the metadata. */
interface SnapshotLabelTable {
  snapshot_id: string;
  label: string;
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

interface WebhookTable {
  id: string;
  tenant_id: string;
  url: string;
  operations: string;
  enabled: number;
  secret: string;
  created_at: number;
  updated_at: number;
  last_attempt_at: number | null;
  last_status: DeliveryStatus | null;
  last_error: string | null;
}

interface DeliveryTable {
  id: string;
  webhook_id: string;
  event_id: string;
  event_number: number;
  operation: EventOperation;
  event_status: EventStatus;
  status: DeliveryStatus;
  attempt_count: number;
  created_at: number;
  due_at: number | null;
  last_attempt_at: number | null;
  last_response_status: number | null;
  last_error: string | null;
}

interface AttemptTable {
  id: string;
  delivery_id: string;
  number: number;
  attempted_at: number;
  duration_ms: number;
  response_status: number | null;
  error_code: string | null;
  error_message: string | null;
}

interface NamespaceTable {
  slug: string;
  tenant_id: string;
}

interface TemplateTable {
  id: string;
  tenant_id: string;
  name: string;
  visibility: TemplateVisibility;
  created_at: number;
  updated_at: number;
  published_at: number | null;
}

interface TagTable {
  template_id: string;
  tag: string;
  build_id: string;
  created_at: number;
}

/** A name that a template had before it was renamed. */
interface TemplateAliasTable {
  tenant_id: string;
  name: string;
  template_id: string;
  created_at: number;
}

interface ClaimTable {
  token: string;
  tenant_id: string;
  name: string;
  expires_at: number;
}

interface BuildTable {
  id: string;
  template_id: string;
  tenant_id: string;
  status: BuildStatus;
  backend: BuildBackend;
  source_type: BuildSource;
  tags: string;
  /** `BuildAbout` as JSON. */
  about: string;
  /** `BuildResult` as JSON. */
  result: string | null;
  failure: string | null;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  finished_at: number | null;
  cancel_requested_at: number | null;
  cancellation_reason: string | null;
}

/** Beside the builds, since it can be large. */
interface DefinitionTable {
  build_id: string;
  definition: string;
}

interface BuildLogTable {
  build_id: string;
  number: number;
  entry: string;
}

interface LayerTable {
  id: string;
  tenant_id: string;
  kind: StoredLayer['kind'];
  ready: number;
  value: string;
  size_bytes: number;
  created_at: number;
  used_at: number;
}

interface SecretTable {
  name: string;
  value: string;
}

interface PreviewGrantTable {
  id: string;
  tenant_id: string;
  sandbox_id: string;
  execution_id: string;
  port: number;
  auth_mode: Grant['authMode'];
  transports: string;
  created_at: number;
  updated_at: number;
  expires_at: number;
  revoked_at: number | null;
  first_used_at: number | null;
  last_used_at: number | null;
  http_count: number;
  websocket_count: number;
  bytes_in: number;
  bytes_out: number;
}

/** Where ports of sandboxes answer on this machine, so that an address stays the same over a restart. */
interface PreviewAddressTable {
  execution_id: string;
  port: number;
  tenant_id: string;
  listen_port: number;
  created_at: number;
}

export type UploadRow = Selectable<UploadTable>;
export type TenantRow = Selectable<TenantTable>;
export type ApiKeyRow = Selectable<ApiKeyTable>;
export type SandboxRow = Selectable<SandboxTable>;
export type NewLabelRow = Insertable<SandboxLabelTable>;
export type SnapshotRow = Selectable<SnapshotTable>;
export type IdempotencyRow = Selectable<IdempotencyTable>;
export type EventRow = Selectable<EventTable>;
export type WebhookRow = Selectable<WebhookTable>;
export type DeliveryRow = Selectable<DeliveryTable>;
export type AttemptRow = Selectable<AttemptTable>;
export type TemplateRow = Selectable<TemplateTable>;
export type BuildRow = Selectable<BuildTable>;
export type LayerRow = Selectable<LayerTable>;
export type PreviewGrantRow = Selectable<PreviewGrantTable>;
export type PreviewAddressRow = Selectable<PreviewAddressTable>;
