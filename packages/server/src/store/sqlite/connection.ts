import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { retryWhileBusy } from './retry-while-busy.ts';

const preparedLimit = 256;

interface Prepared {
  statement: StatementSync;
  /** Asked once: it describes every column. */
  hasRows: boolean;
}

/** Runs Kysely's queries on a `DatabaseSync` and keeps their prepared statements. */
export class SqliteConnection implements DatabaseConnection {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // Within a transaction the lock is already held, and repeating one statement of it would not make it whole.
    return retryWhileBusy(
      () => this.#run<R>(query),
      () => !this.database.isTransaction,
    );
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming holds a read open and is not used: ask for pages.');
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const { statement, hasRows } = this.#prepare(sql);
    const values = parameters as SQLInputValue[];
    if (hasRows) {
      return { rows: statement.all(...values) as R[] };
    }
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  #prepare(sql: string): Prepared {
    // A pragma takes effect when it is prepared, and not again when it is run once more.
    if (sql.startsWith('pragma')) {
      return describe(this.database.prepare(sql));
    }
    const known = this.#prepared.get(sql);
    if (known) {
      return known;
    }
    // Queries have few shapes; should there be many, for example by filters of many lengths, start over.
    if (this.#prepared.size >= preparedLimit) {
      this.#prepared.clear();
    }
    const prepared = describe(this.database.prepare(sql));
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

function describe(statement: StatementSync): Prepared {
  return { statement, hasRows: statement.columns().length > 0 };
}
