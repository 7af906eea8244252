/** Which database holds the store. Queries are the same; locks and durability differ. */
export type Dialect = 'sqlite' | 'postgres';
