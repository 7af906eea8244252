import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type TextType, textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  await extendSandboxes(db, text);
  await createAliases(db, text);
  await createSnapshots(db, text);
}

async function extendSandboxes(db: Kysely<unknown>, text: TextType): Promise<void> {
  for (const column of [
    'execution_id',
    'origin',
    'source_id',
    'from_snapshot_id',
    'resuming_as',
    'fork_id',
  ]) {
    await db.schema.alterTable('sandboxes').addColumn(column, text).execute();
  }
  await sql`update sandboxes set execution_id = id, origin = 'create'`.execute(db);
  await db.schema.createIndex('sandboxes_by_execution').on('sandboxes').columns(['execution_id']).execute();
  for (const [name, columns] of [
    ['sandboxes_resuming', ['tenant_id']],
    ['sandboxes_by_resuming', ['resuming_as']],
  ] as const) {
    await db.schema
      .createIndex(name)
      .on('sandboxes')
      .columns([...columns])
      .where('resuming_as', 'is not', null)
      .execute();
  }
  await db.schema
    .createIndex('sandboxes_by_fork')
    .on('sandboxes')
    .columns(['fork_id'])
    .where('fork_id', 'is not', null)
    .execute();
}

async function createAliases(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('sandbox_aliases')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('execution_id', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('sandbox_aliases_by_execution')
    .on('sandbox_aliases')
    .columns(['execution_id'])
    .execute();
}

async function createSnapshots(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('snapshots')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('sandbox_id', text, (column) => column.notNull())
    .addColumn('execution_id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('created_via', text, (column) => column.notNull())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('metadata', text, (column) => column.notNull())
    .addColumn('settings', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('corrupt_file', text)
    .execute();
  await db.schema
    .createIndex('snapshots_by_tenant')
    .on('snapshots')
    .columns(['tenant_id', 'status', 'created_at', 'id'])
    .execute();
  await db.schema.createIndex('snapshots_by_execution').on('snapshots').columns(['execution_id']).execute();
  await db.schema
    .createTable('snapshot_labels')
    .addColumn('snapshot_id', text, (column) =>
      column.notNull().references('snapshots.id').onDelete('cascade'),
    )
    .addColumn('label', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('snapshot_labels_key', ['snapshot_id', 'label'])
    .execute();
}
