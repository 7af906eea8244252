import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../in-parallel.ts';
import { type SnapshotRecord, snapshotRecord } from './record.ts';

export const recordName = 'record.json';

/** Records read at the same moment, so that thousands do not use up the file descriptors. */
const readAtOnce = 32;

/** The records in the folders of all snapshots; undefined where there is none that can be read. */
export async function readSnapshotRecords(
  folder: string,
): Promise<{ id: string; record: SnapshotRecord | undefined }[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const read: { id: string; record: SnapshotRecord | undefined }[] = [];
  await inParallel(await readdir(folder), readAtOnce, async (id) => {
    read.push({ id, record: await readRecord(folder, id) });
  });
  return read;
}

async function readRecord(folder: string, id: string): Promise<SnapshotRecord | undefined> {
  try {
    const { data } = snapshotRecord.safeParse(
      JSON.parse(await readFile(join(folder, id, recordName), 'utf8')),
    );
    return data?.snapshot_id === id ? data : undefined;
  } catch {
    return undefined;
  }
}
