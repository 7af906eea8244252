import type { DatabaseSync } from 'node:sqlite';
import { CompiledQuery, type Driver } from 'kysely';
import { SqliteConnection } from './connection.ts';
import type { LogSync } from './log-sync.ts';

/** Kysely's driver on one `DatabaseSync`. Kysely itself lets one transaction run after another. */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #log: LogSync;

  constructor(database: DatabaseSync, log: LogSync) {
    this.#log = log;
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return this.#connection;
  }

  // Takes the write lock at once: a transaction that reads first and then writes would fail, not wait, if another
  // process had written in between.
  async beginTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  // A full disk makes SQLite roll back by itself.
  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    if (connection.database.isTransaction) {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    }
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#log.close();
    this.#connection.database.close();
  }
}
