import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInstanceCommand } from './command.ts';
import type { EngineContext } from './engine-context.ts';
import type { InstanceRecord } from './records.ts';

const TIMEOUT_MS = 60_000;

/** A guest that runs starts a program within milliseconds; one that is paused never does. */
const PROBE_TIMEOUT_MS = 5_000;

/**
 * Resumes a guest that may be paused. runsc refuses to when it was cut off between pausing the guest and writing that
 * down, and resuming one that runs would end it.
 */
export async function resume(context: EngineContext, record: InstanceRecord): Promise<void> {
  const { id, folder } = record;
  const file = join(context.root, `${id}_sandbox:${id}.state`);
  const state = await readFile(file, 'utf8');
  if (!state.includes('"status":"paused"')) {
    if (await startsPrograms(context, record)) return;
    await writeFile(file, state.replace('"status":"running"', '"status":"paused"'));
  }
  await runInstanceCommand(context, { id, folder, args: ['resume'], timeoutMs: TIMEOUT_MS });
}

async function startsPrograms(context: EngineContext, { id, folder }: InstanceRecord): Promise<boolean> {
  const probe = { id, folder, args: ['exec'], program: ['/.nullspace/agent', 'version'] };
  return await runInstanceCommand(context, { ...probe, timeoutMs: PROBE_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
}
