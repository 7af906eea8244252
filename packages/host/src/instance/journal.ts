import { existsSync, mkdirSync } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeAtomic } from '@nullspace/service';
import { type InstanceRecord, instanceRecord, isFinal } from './record.ts';
import { finishReplacing, replaceFleeting } from './replace-fleeting.ts';

const journalName = 'journal.json';
const mode = 0o600;

/** What reading a journal gave. */
export type ReadJournal =
  | { kind: 'record'; record: InstanceRecord }
  | { kind: 'corrupted'; message: string; sandboxId: string | undefined }
  /** Written by a later version of this program. */
  | { kind: 'unknown_version'; version: unknown };

/**
 * Writes the record of an instance into its folder. What a record says of one that is being made or runs need not
 * outlive the machine, since the instance does not: only its end waits for the disk.
 */
export async function writeJournal(folder: string, record: InstanceRecord): Promise<void> {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, journalName);
  const content = `${JSON.stringify(record)}\n`;
  if (isFinal(record)) await writeAtomic(path, content, { mode });
  else await replaceFleeting(path, content, mode);
}

/** Has the journal outlive the machine as it is, also that of an instance that runs. */
export async function syncJournal(folder: string): Promise<void> {
  const file = await open(join(folder, journalName), 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
}

/** Reads the record of an instance; a broken one is an answer, not an error. */
export async function readJournal(folder: string, id: string): Promise<ReadJournal> {
  const path = join(folder, journalName);
  let parsed: unknown;
  try {
    await finishReplacing(path);
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return { kind: 'corrupted', message: String(error), sandboxId: undefined };
  }
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  if (typeof fields.version === 'number' && fields.version > 3) {
    return { kind: 'unknown_version', version: fields.version };
  }
  const result = instanceRecord.safeParse(parsed);
  const sandboxId =
    typeof fields.sandbox_id === 'string' && fields.sandbox_id ? fields.sandbox_id : undefined;
  if (!result.success) return { kind: 'corrupted', message: result.error.message, sandboxId };
  if (result.data.instance_id !== id) {
    return { kind: 'corrupted', message: `is of instance ${result.data.instance_id}`, sandboxId };
  }
  return { kind: 'record', record: result.data };
}

/** Removes everything of an instance's folder but its journal. */
export async function emptyFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    if (name !== journalName) await rm(join(folder, name), { recursive: true, force: true });
  }
}
