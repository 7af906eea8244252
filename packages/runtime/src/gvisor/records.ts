import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Limits } from '../engine.ts';
import type { ProcessIdentity } from '../processes/identity.ts';

/** What the engine must know of an instance after a restart of our process. */
export interface InstanceRecord {
  id: string;
  /** The host's folder of the instance. */
  folder: string;
  /** The sandbox's first process; absent until it runs. */
  sandbox?: ProcessIdentity;
  limits?: Limits;
  /** A save under way, or one that has left the guest frozen. */
  saving?: { temporary: string; frozen: boolean } | undefined;
  /** Its pages load, under limits for that. */
  loading?: boolean | undefined;
  /** Snapshot folder whose pages are being checked while the guest runs. */
  verifying?: string | undefined;
}

/** Records of instances, one file each. They need not outlive the machine's own restart, since no instance does. */
export function createRecords(folder: string) {
  const fileOf = (id: string) => join(folder, `${id}.json`);

  async function read(id: string): Promise<InstanceRecord | undefined> {
    try {
      return JSON.parse(await readFile(fileOf(id), 'utf8')) as InstanceRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async function write(record: InstanceRecord): Promise<void> {
    const partial = `${fileOf(record.id)}.partial`;
    await writeFile(partial, JSON.stringify(record));
    await rename(partial, fileOf(record.id));
  }

  /** Ends of the last changes, so that two of one record never cross. */
  const changes = new Map<string, Promise<void>>();

  async function change(id: string, values: Partial<InstanceRecord>): Promise<void> {
    const record = await read(id);
    if (record) await write({ ...record, ...values });
  }

  return {
    read,
    write,
    /** Changes some values of a record, after changes under way. One that was removed stays so. */
    async update(id: string, values: Partial<InstanceRecord>): Promise<void> {
      const last = changes.get(id) ?? Promise.resolve();
      const done = last.then(() => change(id, values));
      const settled = done.catch(() => {});
      changes.set(id, settled);
      try {
        await done;
      } finally {
        if (changes.get(id) === settled) changes.delete(id);
      }
    },
    async setUp(): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    },
    async remove(id: string): Promise<void> {
      await Promise.all([rm(fileOf(id), { force: true }), rm(`${fileOf(id)}.partial`, { force: true })]);
    },
    /** Ids of all records. */
    async list(): Promise<string[]> {
      const names = await readdir(folder);
      return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    },
  };
}

export type Records = ReturnType<typeof createRecords>;
