import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type TextType, textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await db.schema
    .createTable('tenants')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('name', text, (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await createKeys(db, text);
  await createSandboxes(db, text);
  await createLabels(db, text);
  await createIdempotencyKeys(db, text);
}

async function createKeys(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('prefix', text, (column) => column.notNull())
    .addColumn('hash', text, (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute();
  await db.schema.createIndex('api_keys_by_tenant').on('api_keys').column('tenant_id').execute();
}

async function createSandboxes(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('sandboxes')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('host_id', text)
    .addColumn('template', text, (column) => column.notNull())
    .addColumn('image', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('vcpus', 'integer', (column) => column.notNull())
    .addColumn('memory_mb', 'integer', (column) => column.notNull())
    .addColumn('disk_mb', 'integer', (column) => column.notNull())
    .addColumn('cwd', text, (column) => column.notNull())
    .addColumn('envs', text, (column) => column.notNull())
    .addColumn('metadata', text, (column) => column.notNull())
    .addColumn('network', text, (column) => column.notNull())
    .addColumn('internet_access', 'integer', (column) => column.notNull())
    .addColumn('timeout_ms', 'bigint', (column) => column.notNull())
    .addColumn('timeout_action', text, (column) => column.notNull())
    .addColumn('deadline_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('reason', text)
    .addColumn('message', text)
    .addColumn('phases', text)
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('sandboxes_by_tenant')
    .on('sandboxes')
    .columns(['tenant_id', 'status', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('sandboxes_by_status')
    .on('sandboxes')
    .columns(['status', 'ended_at', 'host_id'])
    .execute();
}

async function createLabels(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('sandbox_labels')
    .addColumn('sandbox_id', text, (column) =>
      column.notNull().references('sandboxes.id').onDelete('cascade'),
    )
    .addColumn('tenant_id', text, (column) => column.notNull())
    .addColumn('label', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sandbox_labels_key', ['sandbox_id', 'label'])
    .execute();
  await db.schema
    .createIndex('sandbox_labels_by_label')
    .on('sandbox_labels')
    .columns(['tenant_id', 'label', 'status', 'created_at', 'sandbox_id'])
    .execute();
}

async function createIdempotencyKeys(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('method', text, (column) => column.notNull())
    .addColumn('path', text, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('body_hash', text, (column) => column.notNull())
    .addColumn('claim_id', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('sandbox_id', text)
    .addColumn('status_code', 'integer')
    .addColumn('headers', text)
    .addColumn('body', text)
    .addColumn('claimed_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['tenant_id', 'method', 'path', 'key'])
    .execute();
  await db.schema
    .createIndex('idempotency_keys_by_end')
    .on('idempotency_keys')
    .columns(['status', 'expires_at'])
    .execute();
}
