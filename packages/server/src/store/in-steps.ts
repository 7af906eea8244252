import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoreContext } from './context.ts';
import type { DatabaseTransaction } from './schema.ts';
import { write } from './write.ts';

/** Rows that one step deletes at most. */
export const rowsAtOnce = 200;

/** Repeats a step that deletes up to `rowsAtOnce` rows until it finds fewer. Returns how many went. */
export async function inSteps(
  context: StoreContext,
  step: (transaction: DatabaseTransaction) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await write(context, 'soon', step);
    total += deleted;
    if (deleted < rowsAtOnce) {
      return total;
    }
    await nextTurn();
  }
}
