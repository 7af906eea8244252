import type { Dialect } from './dialect.ts';
import type { NewEvents } from './events/announce.ts';
import type { Database } from './schema.ts';
import type { WriteQueue } from './sqlite/write-queue.ts';

/** What every verb of the store works on. */
export interface StoreContext {
  db: Database;
  dialect: Dialect;
  /** SQLite's. PostgreSQL puts together by itself what is committed at the same moment. */
  writes?: WriteQueue;
  /** Told of the new events that have just been committed by this process, by tenant. */
  onEvents?: (notes: ReadonlyMap<string, NewEvents>) => void;
}
