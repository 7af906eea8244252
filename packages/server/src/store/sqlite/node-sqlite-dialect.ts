import type { DatabaseSync } from 'node:sqlite';
import {
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { SqliteDriver } from './driver.ts';
import type { LogSync } from './log-sync.ts';

/**
 * Kysely on Node's own SQLite. The dialect that Kysely brings begins transactions without the write lock, blocks the
 * event loop while another process holds it, and prepares every statement anew.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #database: DatabaseSync;

  readonly #log: LogSync;

  /** @param log Closed with the database. */
  constructor(database: DatabaseSync, log: LogSync) {
    this.#database = database;
    this.#log = log;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#database, this.#log);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class TransactionalDdlAdapter extends SqliteAdapter {
  // Lets migrations run in one transaction, whose write lock also keeps processes that start at once apart.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
