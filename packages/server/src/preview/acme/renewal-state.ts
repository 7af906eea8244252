import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '@nullspace/service';
import type { AcmeFailure, AcmeJob } from './job.ts';

/** How the certificate is, for `nullspace status` and for a server that starts again. Times are RFC 3339. */
export interface RenewalState {
  domain: string;
  /** Authority of the certificate that there is. */
  issued_by: string | null;
  expires_at: string | null;
  renew_at: string | null;
  /** Attempts that have failed since one did not. */
  failures: number;
  last_error: { reason: AcmeFailure; message: string; at: string } | null;
  /** Not before this is another attempt made, however often the server starts. */
  next_attempt_at: string | null;
  /** What the failed attempts were made with. With something else one is made at once. */
  made_with: string | null;
}

const fileIn = (folder: string) => join(folder, 'state.json');

export async function readState(folder: string): Promise<Partial<RenewalState>> {
  try {
    return JSON.parse(await readFile(fileIn(folder), 'utf8')) as Partial<RenewalState>;
  } catch {
    return {};
  }
}

/** The command line shows it: it names no secret, but lies beside them. */
export async function writeState(folder: string, state: RenewalState): Promise<void> {
  await writeAtomic(fileIn(folder), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** Changes with whatever may mend a failure: settings, and the operator's program. */
export function describeMeans(job: AcmeJob): string {
  const { domain, directory, email, eabKid, ...files } = job;
  const means = [files.ca, files.eabKeyFile, files.hook].flatMap((file) => [file, changedAt(file)]);
  return [domain, directory, email, eabKid, ...means].join(' ');
}

const changedAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
