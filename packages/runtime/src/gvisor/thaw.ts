import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../processes/identity.ts';
import { killProcess } from '../processes/signal.ts';
import { discard } from '../snapshots/save-folder.ts';
import { runInstanceCommand } from './command.ts';
import type { EngineContext } from './engine-context.ts';
import { findCommands } from './find-commands.ts';
import { runningLimits } from './limits.ts';
import { PAUSE_CHECKPOINT } from './pause-checkpoint.ts';
import type { InstanceRecord } from './records.ts';
import { resume } from './resume.ts';

const TIMEOUT_MS = 60_000;

const SAVES = ['checkpoint', 'fscheckpoint'];
const PAUSES = ['pause', 'resume'];

/** Stops every task of an instance until `thaw`. */
export async function freeze(context: EngineContext, record: InstanceRecord): Promise<void> {
  const { id, folder } = record;
  await runInstanceCommand(context, { id, folder, args: ['pause'], timeoutMs: TIMEOUT_MS });
}

/** Lets an instance go on, and removes what a save left that was cut off. Fine for one that is not frozen. */
export async function thaw(context: EngineContext, id: string): Promise<void> {
  const record = await context.records.read(id);
  if (!record?.saving) return;
  const { temporary, frozen } = record.saving;
  await endSaves(context, id, temporary);
  if (frozen && record.sandbox && isAlive(record.sandbox)) await resume(context, record);
  await discard(temporary);
  await endSave(context, record);
}

/** Brings limits and record of an instance back to what they are between saves. */
export async function endSave(context: EngineContext, record: InstanceRecord): Promise<void> {
  const { id, limits, sandbox } = record;
  if (limits && sandbox && isAlive(sandbox)) {
    await context.cgroups.group(id).update(runningLimits(limits, context));
  }
  await context.records.update(id, { saving: undefined });
}

/** Ends what an earlier process of ours left at work. A pause is waited for: it must not be cut off half done. */
async function endSaves(context: EngineContext, id: string, temporary: string): Promise<void> {
  for (const deadline = Date.now() + TIMEOUT_MS; ; await sleep(10)) {
    const commands = (await findCommands(context)).filter((command) => command.id === id);
    // The command that does both makes its files once its pause is done and noted.
    const began = (await readdir(temporary).catch(() => [])).length > 0;
    const saves = began ? [...SAVES, PAUSE_CHECKPOINT] : SAVES;
    const pauses = began ? PAUSES : [...PAUSES, PAUSE_CHECKPOINT];
    for (const { pid, words } of commands) if (includesAny(words, saves)) killProcess(pid);
    const pausing = commands.some(({ words }) => includesAny(words, pauses));
    if (!pausing || Date.now() > deadline) return;
  }
}

function includesAny(words: string[], subcommands: string[]): boolean {
  return subcommands.some((subcommand) => words.includes(subcommand));
}
