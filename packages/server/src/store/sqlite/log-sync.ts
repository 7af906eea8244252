import { type FileHandle, open } from 'node:fs/promises';

/**
 * Brings the log of a SQLite database to the disk, in another thread. SQLite would wait for the disk within a commit
 * (`synchronous = full`), and with it everything else that this process does: on a busy disk a tenth of a second. With
 * `normal` a commit leaves its pages in the log, and what the log has on the disk survives a loss of power.
 */
export class LogSync {
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @param databasePath Its log exists while the database is open in this process. */
  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Resolves when all that was committed before is on the disk. Calls that come while one is under way share the next. */
  sync(): Promise<void> {
    if (this.#next) return this.#next;
    // One that has begun may have missed the last commit; whether it failed is told to who asked for it.
    const next = this.#running
      .catch(() => {})
      .then(() => {
        this.#running = next;
        this.#next = undefined;
        return this.#datasync();
      });
    this.#next = next;
    return next;
  }

  /** To be called before the database is closed. */
  async close(): Promise<void> {
    await (this.#next ?? this.#running).catch(() => {});
    const file = await this.#file?.catch(() => undefined);
    await file?.close();
  }

  async #datasync(): Promise<void> {
    this.#file ??= open(this.#path, 'r');
    try {
      await (await this.#file).datasync();
    } catch (error) {
      this.#file = undefined;
      throw error;
    }
  }
}
