import type { EngineContext } from './engine-context.ts';
import { findCommands } from './find-commands.ts';
import { kill } from './kill.ts';
import { list } from './list.ts';
import { releaseState } from './release-state.ts';

/** Removes every instance that is not in `keep`, and with none kept the engine's own mounts and control groups too. */
export async function clean(context: EngineContext, keep: ReadonlySet<string>): Promise<void> {
  const [listed, commands] = await Promise.all([list(context), findCommands(context)]);
  const ids = new Set([...listed, ...commands].map(({ id }) => id));
  for (const id of ids) if (!keep.has(id)) await kill(context, id);
  if (keep.size > 0) return;
  await context.cgroups.remove();
  await releaseState(context.root);
}
