import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import { type NewEvents, takeNotes } from './events/announce.ts';
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
  let notes: ReadonlyMap<string, NewEvents> = new Map();
  const result = await commit(context, durability, async (transaction) => {
    try {
      return await action(transaction);
    } finally {
      notes = takeNotes(transaction);
    }
  });
  context.onEvents?.(notes);
  return result;
}

async function commit<T>(
  { db, writes }: StoreContext,
  durability: Durability,
  action: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  if (writes) return writes.run(durability, action);
  return db.transaction().execute(async (transaction) => {
    if (durability === 'soon') {
      await sql`set local synchronous_commit to off`.execute(transaction);
    }
    return action(transaction);
  });
}
