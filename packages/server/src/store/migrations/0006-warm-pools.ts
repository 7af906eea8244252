import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await db.schema.alterTable('sandboxes').addColumn('warm_pool', text).execute();
  await db.schema
    .createTable('warm_pools')
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('host_pool_id', text, (column) => column.notNull().unique())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('template_ref', text, (column) => column.notNull())
    .addColumn('template_id', text)
    .addColumn('max_ready', 'integer', (column) => column.notNull())
    .addColumn('settings', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('enabled_at', 'bigint')
    .addColumn('disabled_at', 'bigint')
    .addColumn('drain_requested_at', 'bigint')
    .addPrimaryKeyConstraint('warm_pools_key', ['tenant_id', 'id'])
    .execute();
}
