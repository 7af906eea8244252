import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await db.schema
    .createTable('event_counters')
    .addColumn('tenant_id', text, (column) => column.primaryKey().notNull().references('tenants.id'))
    .addColumn('last', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('events')
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addColumn('operation', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('actor', text, (column) => column.notNull())
    .addColumn('sandbox_id', text)
    .addColumn('snapshot_id', text)
    .addColumn('source_sandbox_id', text)
    .addColumn('target_sandbox_id', text)
    .addColumn('reason', text)
    .addColumn('error_code', text)
    .addColumn('error_message', text)
    .addColumn('metadata', text, (column) => column.notNull())
    .addColumn('details', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('events_key', ['tenant_id', 'number'])
    .execute();
  for (const subject of ['sandbox_id', 'snapshot_id', 'source_sandbox_id', 'target_sandbox_id']) {
    await db.schema
      .createIndex(`events_by_${subject}`)
      .on('events')
      .columns(['tenant_id', subject, 'number'])
      .where(subject, 'is not', null)
      .execute();
  }
  // A filter that few events or none pass must not walk along all of them.
  for (const filter of ['operation', 'status']) {
    await db.schema
      .createIndex(`events_by_${filter}`)
      .on('events')
      .columns(['tenant_id', filter, 'number'])
      .execute();
  }
  // The oldest are deleted first.
  await db.schema.createIndex('events_by_time').on('events').columns(['occurred_at']).execute();
}
