import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeAtomic } from '@nullspace/service';
import { HostError } from '../errors.ts';
import { readSnapshotRecords, recordName } from './read-records.ts';
import type { SnapshotRecord } from './record.ts';

interface Held {
  users: number;
  idle: PromiseWithResolvers<void>;
  removed: AbortController;
}

/**
 * Snapshots of a data folder, one folder each: `record.json` and the engine's `files`. A snapshot is there when its
 * record says `complete`; a folder without such a record is what a save or a removal left.
 */
export class SnapshotCatalog {
  readonly folder: string;
  readonly #complete = new Map<string, SnapshotRecord>();
  /** Ids whose folder stands while a save or a removal is at work in it. */
  readonly #busy = new Set<string>();
  readonly #held = new Map<string, Held>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Reads the records of an earlier process; answers with those that are not complete. */
  async load(): Promise<{ id: string; record: SnapshotRecord | undefined }[]> {
    const read = await readSnapshotRecords(this.folder);
    for (const { record } of read) if (record?.complete) this.#complete.set(record.snapshot_id, record);
    return read.filter(({ record }) => !record?.complete);
  }

  folderOf(id: string): string {
    return join(this.folder, id);
  }

  /** Where the engine keeps a snapshot. */
  filesOf(id: string): string {
    return join(this.folderOf(id), 'files');
  }

  find(id: string): SnapshotRecord | undefined {
    return this.#complete.get(id);
  }

  /** @throws {HostError} `snapshot_not_found`, `snapshot_corrupt` */
  get(id: string): SnapshotRecord {
    const field = 'snapshot_id';
    const record = this.#complete.get(id);
    if (!record) throw new HostError('snapshot_not_found', `this host has no snapshot ${id}`, { field });
    const { corrupt_file: file } = record;
    if (file) {
      throw new HostError('snapshot_corrupt', `snapshot ${id} is damaged: ${file}`, { field: file });
    }
    return record;
  }

  /** All but those that serve one fork alone, oldest first. */
  list(): SnapshotRecord[] {
    return this.all()
      .filter(({ purpose }) => purpose !== 'fork')
      .sort((a, b) => a.created_unix_ms - b.created_unix_ms);
  }

  all(): SnapshotRecord[] {
    return [...this.#complete.values()];
  }

  /**
   * Makes the folder for a save. Its record says which instance stands still should the process end meanwhile.
   *
   * @throws {HostError} `invalid_request` when the id is taken.
   */
  async begin(record: SnapshotRecord): Promise<void> {
    const { snapshot_id: id } = record;
    if (this.#complete.has(id) || this.#busy.has(id)) {
      throw new HostError('invalid_request', `snapshot ${id} exists already`, { field: 'snapshot_id' });
    }
    this.#busy.add(id);
    const folder = this.folderOf(id);
    // What an earlier removal could not remove.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, recordName), encode({ ...record, complete: false }), { mode: 0o600 });
  }

  /** Makes a saved snapshot one that is there; unless it serves a fork, also after a loss of power. */
  async complete(record: SnapshotRecord): Promise<void> {
    const { snapshot_id: id, purpose } = record;
    if (purpose !== 'fork') await Promise.all([this.#write(record), syncFolder(this.folder)]);
    this.#complete.set(id, record);
    this.#busy.delete(id);
  }

  /**
   * Removes a snapshot, or what a save left of one. New uses are refused from now on; those under way end first.
   * Unknown ids are fine.
   */
  async discard(id: string): Promise<void> {
    const record = this.#complete.get(id);
    if (!record && !this.#busy.has(id)) return;
    this.#busy.add(id);
    await this.invalidate(id);
    this.#held.get(id)?.removed.abort();
    await this.#held.get(id)?.idle.promise;
    await this.removeFolder(id);
    this.#busy.delete(id);
  }

  /** Makes sure that no later start of the host takes a snapshot for a whole one. */
  async invalidate(id: string): Promise<void> {
    const record = this.#complete.get(id);
    this.#complete.delete(id);
    if (!record || record.purpose === 'fork') return;
    await this.#write({ ...record, complete: false }).catch((error: NodeJS.ErrnoException) => {
      // A folder that has vanished from the disk is no whole snapshot either.
      if (error.code !== 'ENOENT') throw error;
    });
  }

  async removeFolder(id: string): Promise<void> {
    await rm(this.folderOf(id), { recursive: true, force: true });
  }

  /**
   * Keeps the files of a snapshot until the answered function is called.
   *
   * @throws {HostError} `snapshot_not_found`, `snapshot_corrupt`
   */
  hold(id: string): () => void {
    this.get(id);
    return this.#use(id).letGo;
  }

  /** Like `hold`, also for a damaged one; `removed` aborts once it is to be removed, which then waits for `letGo`. */
  holdUntilRemoved(id: string): { removed: AbortSignal; letGo: () => void } {
    return this.#use(id);
  }

  #use(id: string): { removed: AbortSignal; letGo: () => void } {
    const held = this.#held.get(id) ?? {
      users: 0,
      idle: Promise.withResolvers<void>(),
      removed: new AbortController(),
    };
    held.users += 1;
    this.#held.set(id, held);
    let released = false;
    const letGo = () => {
      if (released) return;
      released = true;
      held.users -= 1;
      if (held.users > 0) return;
      this.#held.delete(id);
      held.idle.resolve();
    };
    return { removed: held.removed.signal, letGo };
  }

  /** Remembers that a file of a snapshot is damaged. */
  async markCorrupt(id: string, file: string): Promise<void> {
    const record = this.#complete.get(id);
    if (!record || record.corrupt_file) return;
    const marked = { ...record, corrupt_file: file || 'unknown' };
    this.#complete.set(id, marked);
    await this.#write(marked);
  }

  async #write(record: SnapshotRecord): Promise<void> {
    const path = join(this.folderOf(record.snapshot_id), recordName);
    await writeAtomic(path, encode(record), { mode: 0o600 });
  }
}

function encode(record: SnapshotRecord): string {
  return `${JSON.stringify(record)}\n`;
}
