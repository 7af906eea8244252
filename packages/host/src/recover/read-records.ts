import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostContext } from '../context.ts';
import { inParallel } from '../in-parallel.ts';
import { instanceIdPattern } from '../instance/ids.ts';
import { type ReadJournal, readJournal } from '../instance/journal.ts';
import type { InstanceRecord } from '../instance/record.ts';
import { lostRecord } from './lost-record.ts';

/** Journals read at the same moment, so that thousands do not use up the file descriptors. */
const readAtOnce = 32;

/**
 * The records of all instances, oldest first. One whose journal is corrupted is recorded as lost when its sandbox
 * can still be read, and removed when not.
 *
 * @throws {Error} When a journal was written by a later version; nothing is changed then.
 */
export async function readRecords(host: HostContext): Promise<InstanceRecord[]> {
  const journals = await readJournals(host.paths.instancesDir);
  for (const [id, read] of journals) {
    if (read.kind !== 'unknown_version') continue;
    throw new Error(
      `the journal of instance ${id} was written by a later version of Nullspace; start that version, or end its sandboxes with it first`,
    );
  }
  const records: InstanceRecord[] = [];
  for (const [id, read] of journals) {
    if (read.kind === 'record') records.push(read.record);
    if (read.kind !== 'corrupted') continue;
    const { sandboxId, message } = read;
    host.log.error({ instance_id: id, sandbox_id: sandboxId, problem: message }, 'journal is corrupted');
    if (sandboxId) records.push(lostRecord(host, { id, sandboxId }));
    else await rm(join(host.paths.instancesDir, id), { recursive: true, force: true });
  }
  return records.sort((a, b) => a.created_unix_ms - b.created_unix_ms);
}

async function readJournals(folder: string): Promise<Map<string, ReadJournal>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ids = (await readdir(folder)).filter((name) => instanceIdPattern.test(name));
  const journals = new Map<string, ReadJournal>();
  await inParallel(ids, readAtOnce, async (id) => {
    journals.set(id, await readJournal(join(folder, id), id));
  });
  return journals;
}
