import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await db.schema
    .createTable('uploads')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('execution_id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('source_kind', text, (column) => column.notNull())
    .addColumn('target_path', text, (column) => column.notNull())
    .addColumn('user_name', text)
    .addColumn('content_length', 'bigint', (column) => column.notNull())
    .addColumn('part_size', 'bigint', (column) => column.notNull())
    .addColumn('conflict', text, (column) => column.notNull())
    .addColumn('whole_checksum', text)
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('reserved_bytes', 'bigint', (column) => column.notNull())
    .addColumn('published_bytes', 'bigint')
    .addColumn('published_files', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('uploads_by_execution')
    .on('uploads')
    .columns(['execution_id', 'status'])
    .execute();
  await db.schema.createIndex('uploads_by_status').on('uploads').columns(['status', 'updated_at']).execute();
}
