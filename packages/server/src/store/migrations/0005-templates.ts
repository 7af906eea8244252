import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { type TextType, textType } from './text-type.ts';

export async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const text = textType(dialect);
  for (const column of ['template_id', 'template_build_id', 'default_user']) {
    await db.schema.alterTable('sandboxes').addColumn(column, text).execute();
  }
  await db.schema
    .createIndex('sandboxes_by_template')
    .on('sandboxes')
    .columns(['template_id', 'status'])
    .where('template_id', 'is not', null)
    .execute();
  await createTemplates(db, text);
  await createNames(db, text);
  await createBuilds(db, text);
  await createLayers(db, text);
}

async function createTemplates(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('template_namespaces')
    .addColumn('slug', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().unique().references('tenants.id'))
    .execute();
  await db.schema
    .createTable('templates')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull().references('tenants.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('visibility', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('published_at', 'bigint')
    .addUniqueConstraint('templates_name', ['tenant_id', 'name'])
    .execute();
  await db.schema
    .createTable('template_tags')
    .addColumn('template_id', text, (column) =>
      column.notNull().references('templates.id').onDelete('cascade'),
    )
    .addColumn('tag', text, (column) => column.notNull())
    .addColumn('build_id', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('template_tags_key', ['template_id', 'tag'])
    .execute();
}

async function createNames(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('template_aliases')
    .addColumn('tenant_id', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('template_id', text, (column) =>
      column.notNull().references('templates.id').onDelete('cascade'),
    )
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('template_aliases_key', ['tenant_id', 'name'])
    .execute();
  await db.schema
    .createTable('template_claims')
    .addColumn('token', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('template_claims_name', ['tenant_id', 'name'])
    .execute();
}

async function createBuilds(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('template_builds')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('template_id', text, (column) =>
      column.notNull().references('templates.id').onDelete('cascade'),
    )
    .addColumn('tenant_id', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('backend', text, (column) => column.notNull())
    .addColumn('source_type', text, (column) => column.notNull())
    .addColumn('tags', text, (column) => column.notNull())
    .addColumn('about', text, (column) => column.notNull())
    .addColumn('result', text)
    .addColumn('failure', text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('cancel_requested_at', 'bigint')
    .addColumn('cancellation_reason', text)
    .execute();
  await db.schema
    .createIndex('template_builds_by_template')
    .on('template_builds')
    .columns(['template_id', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('template_builds_by_status')
    .on('template_builds')
    .columns(['status', 'tenant_id', 'created_at'])
    .execute();
  await db.schema
    .createTable('template_build_definitions')
    .addColumn('build_id', text, (column) =>
      column.primaryKey().notNull().references('template_builds.id').onDelete('cascade'),
    )
    .addColumn('definition', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('template_build_logs')
    .addColumn('build_id', text, (column) =>
      column.notNull().references('template_builds.id').onDelete('cascade'),
    )
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('entry', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('template_build_logs_key', ['build_id', 'number'])
    .execute();
}

async function createLayers(db: Kysely<unknown>, text: TextType): Promise<void> {
  await db.schema
    .createTable('template_layers')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant_id', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('ready', 'integer', (column) => column.notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('template_layers_by_use').on('template_layers').columns(['used_at']).execute();
}
