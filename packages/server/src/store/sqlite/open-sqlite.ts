import { chown, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { LogSync } from './log-sync.ts';
import { NodeSqliteDialect } from './node-sqlite-dialect.ts';
import { retryWhileBusy } from './retry-while-busy.ts';

/**
 * Opens the database in that file, which is made when it is missing, readable by its owner alone. A commit is on the disk
 * once its log has been synced after it.
 */
export async function openSqlite({ path }: { path: string }): Promise<{ db: Kysely<Schema>; log: LogSync }> {
  await createPrivately(path);
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    // Readers and the one writer do not wait for each other, and a commit is one append to the log.
    await retryWhileBusy(() => database.exec('pragma journal_mode = wal'));
    // What a burst of writes let the log grow to is given back.
    database.exec(
      'pragma journal_size_limit = 67108864; pragma temp_store = memory; pragma cache_size = -16384; pragma synchronous = normal',
    );
  } catch (error) {
    database.close();
    throw error;
  }
  const log = new LogSync(path);
  return { db: new Kysely<Schema>({ dialect: new NodeSqliteDialect(database, log) }), log };
}

async function createPrivately(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    const [{ size, uid }, owner] = await Promise.all([file.stat(), stat(folder)]);
    // An operator's command may be the first to open the store: the file belongs to the server nevertheless.
    if (size === 0 && process.geteuid?.() === 0 && uid !== owner.uid) {
      await chown(path, owner.uid, owner.gid);
    }
  } finally {
    await file.close();
  }
}
