import { killProcess } from '../processes/signal.ts';
import type { EngineContext } from './engine-context.ts';
import { findCommands } from './find-commands.ts';
import { kill } from './kill.ts';
import { list } from './list.ts';

/** Removes every instance that is not in `keep`, and the parent of all control groups when none is kept. */
export async function clean(context: EngineContext, keep: ReadonlySet<string>): Promise<void> {
  for (const { pid, id } of await findCommands(context)) if (!keep.has(id)) killProcess(pid);
  for (const { id } of await list(context)) if (!keep.has(id)) await kill(context, id);
  if (keep.size === 0) await context.cgroups.remove();
}
