import type { Group } from '../cgroups/cgroups.ts';
import type { Ended } from '../engine.ts';
import { explainPanic } from './command.ts';

/** Says how an instance ended that nobody killed, from what it left behind. */
export async function explainEnd(instance: { folder: string }, group: Group): Promise<Ended> {
  if ((await group.outOfMemoryKills()) > 0) {
    return {
      cause: 'out_of_memory',
      message: 'The kernel ended the instance, which had used up its memory.',
    };
  }
  const panic = await explainPanic(instance.folder);
  if (panic !== '') return { cause: 'crash', message: `The isolation engine crashed: ${panic}` };
  return { cause: 'exit', message: 'The first process of the instance ended.' };
}
