import type { ListedInstance } from '../engine.ts';
import { isAlive } from '../processes/identity.ts';
import type { EngineContext } from './engine-context.ts';

/** Every instance of which a record or a control group exists. */
export async function list(context: EngineContext): Promise<ListedInstance[]> {
  const [recorded, grouped] = await Promise.all([context.records.list(), context.cgroups.list()]);
  const ids = [...new Set([...recorded, ...grouped])];
  return await Promise.all(
    ids.map(async (id) => {
      const sandbox = (await context.records.read(id))?.sandbox;
      return { id, running: sandbox !== undefined && isAlive(sandbox) };
    }),
  );
}
