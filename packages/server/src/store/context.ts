import type { Dialect } from './dialect.ts';
import type { Database } from './schema.ts';

/** What every verb of the store works on. */
export interface StoreContext {
  db: Database;
  dialect: Dialect;
  /** Told of the tenants whose new events have just been committed by this process. */
  onEvents?: (tenantIds: Iterable<string>) => void;
}
