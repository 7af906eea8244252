import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Refusals, refusalReasons } from '@nullspace/runtime';
import { writeAtomic } from '@nullspace/service';
import * as z from 'zod';

const fileName = 'refusals.json';

const refusal = z.strictObject({
  protocol: z.enum(['tcp', 'udp', 'icmp', 'dns', 'other']),
  address: z.string(),
  port: z.number().int().min(0),
  name: z.string(),
  reason: z.enum(refusalReasons),
  count: z.number().int().min(1),
  firstUnixMs: z.number().int().min(0),
  lastUnixMs: z.number().int().min(0),
});

const keptRefusals = z.strictObject({ total: z.number().int().min(0), latest: z.array(refusal).max(1000) });

/** Puts what was refused an instance beside its journal. It need not outlive the machine, since the instance does not. */
export async function writeRefusals(folder: string, refusals: Refusals): Promise<void> {
  await writeAtomic(join(folder, fileName), JSON.stringify(refusals), { mode: 0o600, lasting: false });
}

/**
 * What an earlier process has put there; undefined when there is none.
 *
 * @throws {Error} When it cannot be read.
 */
export async function readRefusals(folder: string): Promise<Refusals | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, fileName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return keptRefusals.parse(JSON.parse(text));
}

export async function removeRefusals(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}
