import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type TextType, textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await db.schema
    .createTable('server_secrets')
    .addColumn('name', text, (column) => column.primaryKey().notNull())
    .addColumn('value', text, (column) => column.notNull())
    .execute();
  await createGrants(db, text);
  await db.schema
    .createTable('preview_addresses')
    .addColumn('execution_id', text, (column) => column.notNull())
    .addColumn('port', 'integer', (column) => column.notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('listen_port', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('preview_addresses_key', ['execution_id', 'port'])
    .execute();
  await db.schema.alterTable('sandboxes').addColumn('auto_resume', 'integer').execute();
  await db.schema.alterTable('sandboxes').addColumn('traffic_token', text).execute();
}

async function createGrants(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('preview_grants')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('sandbox_id', text, (column) => column.notNull())
    .addColumn('execution_id', text, (column) => column.notNull())
    .addColumn('port', 'integer', (column) => column.notNull())
    .addColumn('auth_mode', text, (column) => column.notNull())
    .addColumn('transports', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('first_used_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('http_count', 'bigint', (column) => column.notNull())
    .addColumn('websocket_count', 'bigint', (column) => column.notNull())
    .addColumn('bytes_in', 'bigint', (column) => column.notNull())
    .addColumn('bytes_out', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('preview_grants_by_execution')
    .on('preview_grants')
    .columns(['execution_id', 'port', 'created_at'])
    .execute();
}
