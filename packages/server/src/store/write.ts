import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { notedTenants } from './events/announce.ts';
import type { DatabaseTransaction } from './schema.ts';

/** When a write has reached the disk: before its promise resolves, or a moment later. */
export type Durability = 'now' | 'soon';

/**
 * Runs a transaction that writes. Killing the process never undoes one that has resolved. Losing power may undo one
 * whose durability is `soon`, which spares a wait for the disk: for what is learned again anyway.
 */
export async function write<T>(
  context: StoreContext,
  durability: Durability,
  action: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  let tenants: Iterable<string> = [];
  const result = await commit(context, durability, async (transaction) => {
    const outcome = await action(transaction);
    tenants = notedTenants(transaction);
    return outcome;
  });
  context.onEvents?.(tenants);
  return result;
}

async function commit<T>(
  { db, dialect }: StoreContext,
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
