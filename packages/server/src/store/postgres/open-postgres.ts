import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from '../schema.ts';

/** Connects to the PostgreSQL database at that address, for example `postgres://user:secret@db/nullspace`. */
export function openPostgres({ url }: { url: string }): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'nullspace',
    max: 10,
    connectionTimeoutMillis: 10_000,
    // A lock is held for milliseconds; longer means that its holder is stuck.
    lock_timeout: 10_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  // The pool replaces an idle connection that broke; a database that is gone shows in the next query.
  pool.on('error', () => {});
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

// Times, counts and revisions stay far below 2^53.
function parserOf(type: number, format?: 'text' | 'binary') {
  if (type === pg.types.builtins.INT8) {
    return Number;
  }
  return pg.types.getTypeParser(type, format);
}
