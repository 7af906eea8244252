import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 10_000;
const longestPauseMs = 50;

/**
 * Repeats an action that another process's lock keeps from being done. SQLite's own busy handler would block the
 * event loop for as long as it waits, so this one waits in between.
 */
export async function retryWhileBusy<T>(action: () => T, mayRetry: () => boolean = () => true): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || !mayRetry() || performance.now() > giveUpAt) {
        throw error;
      }
    }
    await sleep(pauseMs);
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY;
}
