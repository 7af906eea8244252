import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity } from './identity.ts';

/** What is known of a service that was started in the background. */
export interface ServiceRecord extends ProcessIdentity {
  name: string;
  /** Digest of the code and the settings that it was started with. */
  fingerprint: string;
  /** RFC 3339. */
  startedAt: string;
  logFile: string;
  /** Fields of its "ready" line, for example `url`; absent until it was ready. */
  ready?: Record<string, unknown>;
}

/** The record of a service that lives; undefined when it never ran, ended, or the record is unreadable. */
export function readLiveRecord(runDir: string, name: string): ServiceRecord | undefined {
  const record = readRecord(runDir, name);
  return record && isAlive(record) ? record : undefined;
}

/** The record of a service whether it lives or not. */
export function readRecord(runDir: string, name: string): ServiceRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordFile(runDir, name), 'utf8')) as ServiceRecord;
    return Number.isInteger(record.pid) && record.pid > 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Writes beside the file and renames, so that a reader never sees half a record. */
export function writeRecord(runDir: string, record: ServiceRecord): void {
  const file = recordFile(runDir, record.name);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

export function removeRecord(runDir: string, name: string): void {
  rmSync(recordFile(runDir, name), { force: true });
}

function recordFile(runDir: string, name: string): string {
  return join(runDir, `${name}.pid.json`);
}
