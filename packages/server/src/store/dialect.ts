import { type Kysely, PostgresAdapter } from 'kysely';

/** Which database holds the store. Queries are the same; locks and durability differ. */
export type Dialect = 'sqlite' | 'postgres';

export function dialectOf(db: Pick<Kysely<unknown>, 'getExecutor'>): Dialect {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}
