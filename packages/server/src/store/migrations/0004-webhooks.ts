import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type TextType, textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await createWebhooks(db, text);
  await createDeliveries(db, text);
  await createAttempts(db, text);
}

async function createWebhooks(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('webhooks')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('operations', text, (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('secret', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('last_attempt_at', 'bigint')
    .addColumn('last_status', text)
    .addColumn('last_error', text)
    .execute();
  await db.schema
    .createIndex('webhooks_by_tenant')
    .on('webhooks')
    .columns(['tenant_id', 'created_at', 'id'])
    .execute();
}

async function createDeliveries(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('webhook_deliveries')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('webhook_id', text, (column) => column.notNull().references('webhooks.id').onDelete('cascade'))
    .addColumn('event_id', text, (column) => column.notNull().references('events.id').onDelete('cascade'))
    .addColumn('event_number', 'bigint', (column) => column.notNull())
    .addColumn('operation', text, (column) => column.notNull())
    .addColumn('event_status', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('attempt_count', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('last_attempt_at', 'bigint')
    .addColumn('last_response_status', 'integer')
    .addColumn('last_error', text)
    .execute();
  await db.schema
    .createIndex('webhook_deliveries_by_number')
    .unique()
    .on('webhook_deliveries')
    .columns(['webhook_id', 'event_number'])
    .execute();
  await db.schema
    .createIndex('webhook_deliveries_due')
    .on('webhook_deliveries')
    .columns(['webhook_id', 'due_at', 'event_number'])
    .where('due_at', 'is not', null)
    .execute();
  // Events take their deliveries with them.
  await db.schema
    .createIndex('webhook_deliveries_by_event')
    .on('webhook_deliveries')
    .column('event_id')
    .execute();
}

async function createAttempts(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('webhook_attempts')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('delivery_id', text, (column) =>
      column.notNull().references('webhook_deliveries.id').onDelete('cascade'),
    )
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('attempted_at', 'bigint', (column) => column.notNull())
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('response_status', 'integer')
    .addColumn('error_code', text)
    .addColumn('error_message', text)
    .execute();
  await db.schema
    .createIndex('webhook_attempts_by_delivery')
    .unique()
    .on('webhook_attempts')
    .columns(['delivery_id', 'number'])
    .execute();
}
