import { sql } from 'kysely';
import type { Database, DatabaseTransaction } from '../schema.ts';
import type { Durability } from '../write.ts';
import type { LogSync } from './log-sync.ts';

/** Writes that share one commit at most: reads wait for it. */
const mostTogether = 64;

type Action<T> = (transaction: DatabaseTransaction) => Promise<T>;

/** What tells the caller of a write of its outcome, once that is committed. */
type Tell = () => void;

interface Waiting {
  durability: Durability;
  /** Does the work as the first of its transaction, which has to be rolled back when this rejects. */
  lead(transaction: DatabaseTransaction): Promise<Tell>;
  /** Does the work within a savepoint of its own. */
  join(transaction: DatabaseTransaction): Promise<Tell>;
  refuse(error: unknown): void;
}

interface Committed {
  write: Waiting;
  tell: Tell;
}

/**
 * The writes of one SQLite database, in the order of their coming. Those that wait at the same moment share a commit: each
 * is whole or not at all, the first by the transaction itself and the others by savepoints, and none is told of before the
 * commit, nor before it is on the disk where that was asked for. While the disk works, the next ones are committed.
 */
export class WriteQueue {
  readonly #db: Database;
  readonly #log: Pick<LogSync, 'sync'>;
  #waiting: Waiting[] = [];
  #working = false;

  constructor(db: Database, log: Pick<LogSync, 'sync'>) {
    this.#db = db;
    this.#log = log;
  }

  run<T>(durability: Durability, action: Action<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        durability,
        refuse: reject,
        lead: async (transaction) => {
          const result = await action(transaction);
          return () => resolve(result);
        },
        join: async (transaction) => {
          const outcome = await attempt(transaction, action);
          return () => ('error' in outcome ? reject(outcome.error) : resolve(outcome.result));
        },
      });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#waiting.length > 0) await this.#commitSome();
    this.#working = false;
  }

  /** Resolves when all that has been told of is on the disk. */
  onDisk(): Promise<void> {
    return this.#log.sync();
  }

  /** Never rejects: who waits is told. */
  async #commitSome(): Promise<void> {
    const group = this.#take(mostTogether);
    const committed: Committed[] = [];
    let begun = false;
    try {
      await this.#db.transaction().execute(async (transaction) => {
        begun = true;
        const [first, ...others] = group as [Waiting, ...Waiting[]];
        committed.push({ write: first, tell: await first.lead(transaction) });
        for (const write of others) committed.push({ write, tell: await write.join(transaction) });
      });
    } catch (error) {
      // Where the first one failed nothing of the others was tried; where nothing could begin, neither could they.
      if (begun && committed.length === 0) this.#waiting.unshift(...group.splice(1));
      for (const write of group) write.refuse(error);
      return;
    }
    for (const { write, tell } of committed) if (write.durability === 'soon') tell();
    void this.#tellOnceOnDisk(committed.filter(({ write }) => write.durability === 'now'));
  }

  async #tellOnceOnDisk(committed: Committed[]): Promise<void> {
    if (committed.length === 0) return;
    try {
      await this.#log.sync();
    } catch (error) {
      for (const { write } of committed) write.refuse(error);
      return;
    }
    for (const { tell } of committed) tell();
  }

  #take(most: number): Waiting[] {
    return this.#waiting.splice(0, most);
  }
}

/** @throws {Error} When the whole transaction is gone, as it is when the disk is full. */
async function attempt<T>(
  transaction: DatabaseTransaction,
  action: Action<T>,
): Promise<{ result: T } | { error: unknown }> {
  await sql`savepoint one_write`.execute(transaction);
  try {
    const result = await action(transaction);
    await sql`release one_write`.execute(transaction);
    return { result };
  } catch (error) {
    try {
      await sql`rollback to one_write`.execute(transaction);
      await sql`release one_write`.execute(transaction);
    } catch {
      throw error;
    }
    return { error };
  }
}
