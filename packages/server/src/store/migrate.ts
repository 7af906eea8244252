import { type Kysely, sql } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import type { Dialect } from './dialect.ts';
import { migrations as allMigrations, type Migration } from './migrations/all.ts';
import type { Database } from './schema.ts';
import { StoreError } from './store-error.ts';

/**
 * Brings a database to the newest schema. Of several processes that start at once one does the work and the others
 * wait for it. Refuses a database that a newer version has already changed, before anything is touched.
 */
export async function migrate(
  db: Database,
  { dialect, migrations = allMigrations }: { dialect: Dialect; migrations?: Record<string, Migration> },
): Promise<void> {
  await refuseNewer(db, Object.keys(migrations));
  const migrator = new Migrator({ db, provider: provide(migrations, dialect) });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    throw error;
  }
}

function provide(migrations: Record<string, Migration>, dialect: Dialect): MigrationProvider {
  const steps = Object.entries(migrations).map(([name, step]) => {
    const up = async (db: Kysely<unknown>) => {
      // A step may take as long as the tables are large.
      if (dialect === 'postgres') {
        await sql`set local statement_timeout to 0`.execute(db);
      }
      await step.up(db, dialect);
    };
    return [name, { up }];
  });
  return { getMigrations: async () => Object.fromEntries(steps) };
}

async function refuseNewer(db: Database, known: string[]): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) {
    return;
  }
  const made = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = made.rows.map((step) => step.name).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new StoreError(
      'database_too_new',
      `The database was changed by a newer version (${unknown.join(', ')}). Start that version, or restore the backup made before the upgrade.`,
    );
  }
}
