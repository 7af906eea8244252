import { sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Database, DatabaseTransaction } from './schema.ts';

/** When a write has reached the disk: before its promise resolves, or a moment later. */
export type Durability = 'now' | 'soon';

/**
 * Runs a transaction that writes. Killing the process never undoes one that has resolved. Losing power may undo one
 * whose durability is `soon`, which spares a wait for the disk: for what is learned again anyway.
 */
export async function write<T>(
  { db, dialect }: { db: Database; dialect: Dialect },
  durability: Durability,
  action: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  if (dialect === 'postgres') {
    return db.transaction().execute(async (transaction) => {
      if (durability === 'soon') {
        await sql`set local synchronous_commit to off`.execute(transaction);
      }
      return action(transaction);
    });
  }
  // SQLite keeps this for the connection and changes it only between transactions.
  return db.connection().execute(async (connection) => {
    await sql.raw(`pragma synchronous = ${durability === 'now' ? 'full' : 'normal'}`).execute(connection);
    return connection.transaction().execute(action);
  });
}
