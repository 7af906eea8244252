import type { StoreContext } from './context.ts';
import { StoreError } from './store-error.ts';
import { toStoreError } from './translate-errors.ts';

/**
 * `verb` binds a function to the database, so that its errors are `StoreError`s; `close` refuses further calls, waits
 * for those under way and closes the database.
 */
export function bindVerbs(context: StoreContext) {
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  function verb<Arguments extends unknown[], Result>(
    run: (context: StoreContext, ...values: Arguments) => Promise<Result>,
  ) {
    return async (...values: Arguments): Promise<Result> => {
      if (closed) {
        throw new StoreError('unavailable', 'The store is closed.');
      }
      const running = run(context, ...values);
      underWay.add(running);
      try {
        return await running;
      } catch (error) {
        throw toStoreError(error);
      } finally {
        underWay.delete(running);
      }
    };
  }

  async function closeOnce(): Promise<void> {
    await Promise.allSettled(underWay);
    await context.db.destroy();
  }

  async function close(): Promise<void> {
    closed ??= closeOnce();
    await closed;
  }

  return { verb, close };
}
