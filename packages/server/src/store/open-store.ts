import { join } from 'node:path';
import type { StoreContext } from './context.ts';
import { createStore } from './create-store.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import { WriteQueue } from './sqlite/write-queue.ts';
import type { Store } from './store.ts';
import { toStoreError } from './translate-errors.ts';

export interface StoreSettings {
  /** Folder of all state; SQLite's file is `server/db.sqlite` in it. */
  data_dir: string;
  /** PostgreSQL address; empty: SQLite. */
  database_url: string;
}

/**
 * Opens the store and brings its schema up to date. Several processes may have it open at once.
 *
 * Rejects with `StoreError` `unavailable` when the database cannot be reached, `database_too_new` when a newer
 * version has changed it.
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  try {
    const context = await openDatabase(settings);
    try {
      await migrate(context.db, { dialect: context.dialect });
      return createStore(context);
    } catch (error) {
      await context.db.destroy();
      throw error;
    }
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Opens the database as it is. */
export async function openDatabase({ data_dir, database_url }: StoreSettings): Promise<StoreContext> {
  if (database_url !== '') {
    // Its driver costs memory that a server with SQLite need not have.
    const { openPostgres } = await import('./postgres/open-postgres.ts');
    return { db: openPostgres({ url: database_url }), dialect: 'postgres' };
  }
  const { db, log } = await openSqlite({ path: join(data_dir, 'server', 'db.sqlite') });
  return { db, dialect: 'sqlite', writes: new WriteQueue(db, log) };
}
