import { TimeoutError } from '../errors/timeout.ts';

/**
 * Waits for something, but not longer than asked.
 * @throws TimeoutError that says that `what` still runs; the signal's reason when aborted.
 */
export function waitBounded<T>(
  result: Promise<T>,
  what: string,
  { timeoutSecs, signal }: { timeoutSecs?: number; signal?: AbortSignal },
): Promise<T> {
  if (timeoutSecs === undefined && !signal) return result;
  return new Promise((resolve, reject) => {
    const timer =
      timeoutSecs === undefined
        ? undefined
        : setTimeout(() => {
            reject(new TimeoutError(`${what} still runs after ${timeoutSecs} s.`));
          }, timeoutSecs * 1000);
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    result.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
  });
}
