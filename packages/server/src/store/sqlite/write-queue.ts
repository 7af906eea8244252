import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database, DatabaseTransaction } from '../schema.ts';
import type { Durability } from '../write.ts';

/** Writes that share one commit at most: reads wait for it. */
const mostTogether = 64;

type Action<T> = (transaction: DatabaseTransaction) => Promise<T>;

interface Waiting {
  durability: Durability;
  /** Does the work within a savepoint of its own, and returns what tells its caller once it is committed. */
  attempt(transaction: DatabaseTransaction): Promise<() => void>;
  refuse(error: unknown): void;
}

/**
 * The writes of one SQLite database, in the order of their coming. A commit waits for the disk and keeps the process
 * from everything else meanwhile, so those that wait at the same moment share one: each is whole or not at all by a
 * savepoint of its own, and none is told of before the commit.
 */
export class WriteQueue {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #working = false;
  /** What the connection was set to last. */
  #durability: Durability | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  run<T>(durability: Durability, action: Action<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        durability,
        refuse: reject,
        attempt: async (transaction) => {
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

  /** Never rejects: who waits is told. */
  async #commitSome(): Promise<void> {
    const durability = this.#waiting.some((write) => write.durability === 'now') ? 'now' : 'soon';
    const group = this.#take(durability, mostTogether);
    const told: (() => void)[] = [];
    const attemptAll = async (transaction: DatabaseTransaction, writes: Waiting[]) => {
      for (const write of writes) told.push(await write.attempt(transaction));
    };
    try {
      await this.#db.connection().execute(async (connection) => {
        await this.#wait(connection, durability);
        await connection.transaction().execute(async (transaction) => {
          await attemptAll(transaction, group);
          // Calls that have arrived but were not looked at yet bring more.
          await nextTurn();
          const late = this.#take(durability, mostTogether - group.length);
          group.push(...late);
          await attemptAll(transaction, late);
        });
      });
    } catch (error) {
      for (const write of group) write.refuse(error);
      return;
    }
    for (const tell of told) tell();
  }

  /** The next ones, as far as they may be as durable as that. */
  #take(durability: Durability, most: number): Waiting[] {
    const end = this.#waiting.findIndex((write) => durability === 'soon' && write.durability === 'now');
    return this.#waiting.splice(0, Math.min(most, end < 0 ? most : end));
  }

  /** SQLite keeps this for the connection and changes it only between transactions. */
  async #wait(connection: Database, durability: Durability): Promise<void> {
    if (this.#durability === durability) return;
    await sql.raw(`pragma synchronous = ${durability === 'now' ? 'full' : 'normal'}`).execute(connection);
    this.#durability = durability;
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
