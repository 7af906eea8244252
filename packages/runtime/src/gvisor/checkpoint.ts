import { RuntimeFailure } from '../errors.ts';
import { runInstanceCommand } from './command.ts';
import type { EngineContext } from './engine-context.ts';
import { kill } from './kill.ts';

const CHECKPOINT_TIMEOUT_MS = 300_000;

/** Saves memory and disk of an instance into a folder; ends it unless `leaveRunning`. */
export async function checkpoint(
  context: EngineContext,
  id: string,
  options: { folder: string; leaveRunning: boolean },
): Promise<void> {
  const { folder, leaveRunning } = options;
  const record = await context.records.read(id);
  if (!record?.sandbox) throw new RuntimeFailure(`Instance ${id} does not run, so it cannot be saved.`);
  const args = ['checkpoint', `--image-path=${folder}`, '--compression=none'];
  if (leaveRunning) args.push('--leave-running');
  else context.watch.expectKill(id);
  try {
    await runInstanceCommand(context, { id, folder: record.folder, args, timeoutMs: CHECKPOINT_TIMEOUT_MS });
  } catch (error) {
    context.watch.expectNothing(id);
    throw error;
  }
  if (!leaveRunning) await kill(context, id);
}
