import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await db.schema
    .createTable('ssh_accesses')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('sandbox_id', text, (column) => column.notNull())
    .addColumn('execution_id', text, (column) => column.notNull())
    .addColumn('account', text, (column) => column.notNull())
    .addColumn('public_key', text, (column) => column.notNull())
    .addColumn('key_hash', text, (column) => column.notNull())
    .addColumn('certificate_hash', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  for (const columns of [['execution_id', 'created_at'], ['key_hash'], ['certificate_hash']]) {
    await db.schema
      .createIndex(`ssh_accesses_by_${columns[0]}`)
      .on('ssh_accesses')
      .columns(columns)
      .execute();
  }
}
